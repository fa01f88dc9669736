using System.IO.Compression;
using System.Text.Json.Nodes;
using Batching.Tokenization;
using CsCheck;
using Xunit;

namespace Batching.Tests.Tokenization;

/// <summary>Expressions match what Oniguruma matches, in bounded time, or are refused by name.</summary>
public sealed class RegularExpressionTests
{
    private static readonly Lazy<List<JsonObject>> Goldens = new(() =>
    {
        using var file = new GZipStream(File.OpenRead(Repository.Conformance("regexes.jsonl.gz")), CompressionMode.Decompress);
        using var reader = new StreamReader(file);
        List<JsonObject> lines = [];
        while (reader.ReadLine() is { } line)
        {
            lines.Add(JsonNode.Parse(line)!.AsObject());
        }

        return lines;
    });

    [Fact]
    public void Random_expressions_match_what_they_match_in_Hugging_Faces_library()
    {
        var differing = new Differences();
        int refused = 0;
        foreach (JsonObject golden in Goldens.Value.Where(golden => !golden.ContainsKey("refused")))
        {
            var pattern = (string)golden["pattern"]!;
            RegularExpression expression;
            try
            {
                expression = Parse(pattern);
            }
            catch (ModelLoadException)
            {
                refused++;
                continue;
            }

            var replace = new RegexReplaceNormalizer(expression, "•");
            var split = new SplitPreTokenizer(expression, DelimiterBehavior.Isolated, isInverted: false);
            foreach (JsonArray row in golden["rows"]!.AsArray().Select(row => row!.AsArray()))
            {
                var text = (string)row[0]!;
                differing.Expect(new TextInput(pattern, text), (string)row[1]!, Outcome(() => replace.Normalize(text)));
                differing.Expect(
                    new TextInput(pattern, text),
                    string.Join('|', row[2]!.AsArray().Select(piece => (string)piece!)),
                    Outcome(() => string.Join('|', split.PreTokenize(text).Select(piece => text.Substring(piece.Offset, piece.Length)))));
            }
        }

        differing.AssertNone();
        Assert.InRange(refused, 0, Goldens.Value.Count / 10);
    }

    private static string Outcome(Func<string> run)
    {
        try
        {
            return run();
        }
        catch (ArgumentException exception)
        {
            return exception.Message;
        }
    }

    private static RegularExpression Parse(string expression) => RegularExpression.Parse(expression, what => new ModelLoadException(what));
}

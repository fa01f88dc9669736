using System.Text.Json.Nodes;
using Xunit;

namespace Batching.Tests.Tokenization;

/// <summary>
/// Folders whose files say different things of one tokenizer, or have no <c>tokenizer.json</c>: the ids that versions of
/// transformers agree on, or else those of the rule in docs/tokenizers.md.
/// </summary>
public sealed class FolderGoldenTests
{
    private const string NegativeLimit = "max-neg";

    private static readonly EncodingOptions Whole = new() { Truncation = TruncationStrategy.None };

    public static TheoryData<string, string> Folders =>
    [
        .. FoldersOf("config-overrides.zip").Where(folder => folder.Data.Item2 != NegativeLimit),
        .. FoldersOf("vocabulary-files.zip"),
    ];

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_folder_is_read_as_Hugging_Face_reads_it(string archive, string folder)
    {
        SequenceTokenizer tokenizer = GoldenArchive.Load(archive, folder);
        var differing = new Differences();
        foreach (JsonObject golden in GoldenArchive.Lines(archive, $"{folder}/expected.jsonl").Where(golden => golden.ContainsKey("ids")))
        {
            var input = new TextInput((string)golden["text"]!, (string?)golden["pair"]);
            EncodingOptions options = golden.ContainsKey("truncation") ? EncodingOptions.Default : Whole;
            differing.Expect(input, golden["ids"]!.Ints(), () => tokenizer.Encode(input, options).InputIds);
            // Of one folder, the types are those of another version's ids.
            if (golden["token_type_ids"] is { } types && types.Ints().Length == golden["ids"]!.Ints().Length)
            {
                differing.Expect(input, types.Ints(), () => tokenizer.Encode(input, options).TokenTypeIds);
            }
        }

        differing.AssertNone();
    }

    [Fact]
    public void A_limit_below_one_which_no_text_meets_in_Python_either_is_refused_at_load()
    {
        var refusal = Assert.Throws<ModelLoadException>(() => GoldenArchive.Load("config-overrides.zip", NegativeLimit));
        Assert.Contains("'model_max_length' is -1", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Limits_and_sides_are_Hugging_Faces(string archive, string folder)
    {
        JsonObject info = GoldenArchive.Json(archive, $"{folder}/info.json");
        SequenceTokenizer tokenizer = GoldenArchive.Load(archive, folder);
        Assert.Equal((double?)info["model_max_length"], tokenizer.MaxLength);
        Assert.Equal((string)info["padding_side"]!, tokenizer.PaddingSide == PaddingSide.Left ? "left" : "right");
        Assert.Equal((string)info["truncation_side"]!, tokenizer.TruncationSide == TruncationSide.Left ? "left" : "right");
        if (info["special"]!["pad_token"] is { } pad)
        {
            Assert.Equal((int)pad[1]!, tokenizer.PadTokenId);
        }
    }

    private static IEnumerable<TheoryDataRow<string, string>> FoldersOf(string archive) =>
        GoldenArchive.Folders(archive, "expected.jsonl").Select(folder => new TheoryDataRow<string, string>(archive, folder));
}

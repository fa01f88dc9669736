using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Batching.Tokenization;
using Xunit;

namespace Batching.Tests.Tokenization;

/// <summary>Every Unicode scalar is in the classes that it is in for Hugging Face, and becomes what it becomes there.</summary>
public sealed class CharacterClassTests
{
    private const string Archive = "character-classes.zip";

    private static readonly Lazy<JsonObject> Classes = new(() => GoldenArchive.Json(Archive, "classes.json"));
    private static readonly Lazy<JsonObject> Sweep = new(() => GoldenArchive.Json(Archive, "sweep.json")["blocks"]!.AsObject());
    private static readonly string[] Scalars =
        [.. Enumerable.Range(0, 0x110000).Select(scalar => Rune.IsValid(scalar) ? new Rune(scalar).ToString() : "")];

    public static TheoryData<string> Expressions => [.. Classes.Value["regex"]!.AsObject().Select(item => item.Key)];

    public static TheoryData<string, string> Parts => new()
    {
        { "WhitespaceSplit", """{"type":"WhitespaceSplit"}""" },
        { "Punctuation", """{"type":"Punctuation","behavior":"Isolated"}""" },
        { "Digits", """{"type":"Digits","individual_digits":true}""" },
        { "BertPreTokenizer", """{"type":"BertPreTokenizer"}""" },
        { "Whitespace", """{"type":"Whitespace"}""" },
    };

    public static TheoryData<string, string> Normalizers => new()
    {
        { "NFC", """{"type":"NFC"}""" },
        { "NFD", """{"type":"NFD"}""" },
        { "NFKC", """{"type":"NFKC"}""" },
        { "NFKD", """{"type":"NFKD"}""" },
        { "Lowercase", """{"type":"Lowercase"}""" },
        { "BertNormalizer lower", """{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true}""" },
        { "BertNormalizer strip", """{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":true,"lowercase":false}""" },
        { "NFD+StripAccents", """{"type":"Sequence","normalizers":[{"type":"NFD"},{"type":"StripAccents"}]}""" },
        { "NFKD+StripAccents+Lowercase", """{"type":"Sequence","normalizers":[{"type":"NFKD"},{"type":"StripAccents"},{"type":"Lowercase"}]}""" },
    };

    [Theory]
    [MemberData(nameof(Expressions))]
    public void A_class_of_an_expression_has_the_scalars_that_it_has_for_Hugging_Face(string expression)
    {
        AssertSame(Set(Classes.Value["regex"]![expression]!), MatchedBy(expression));
    }

    [Fact]
    public void Without_regard_to_case_a_letter_is_what_it_is_for_Hugging_Face()
    {
        foreach (string group in (string[])["ignore_case", "ignore_case_more_than_one_letter"])
        {
            foreach ((string letters, JsonNode? same) in Classes.Value[group]!.AsObject())
            {
                AssertSame(Set(same!), MatchedBy($"(?i:{letters})"));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Parts))]
    public void A_pre_tokenizer_cuts_at_the_scalars_that_Hugging_Faces_cuts_at(string name, string json)
    {
        TextPreTokenizer preTokenizer = TokenizerParts.PreTokenizers.Read(Section(json))!;
        HashSet<int> cut = [];
        foreach (int[] scalars in Enumerable.Range(0, 0x110000).Where(Rune.IsValid).Chunk(4096))
        {
            string text = string.Concat(scalars.Select(scalar => $"a{Scalars[scalar]}"));
            HashSet<int> ends = [0, .. preTokenizer.PreTokenize(text).SelectMany(piece => (int[])[piece.Offset, piece.Offset + piece.Length])];
            int position = 0;
            foreach (int scalar in scalars)
            {
                // With the letter before it, it is one piece, or it is not.
                if (ends.Contains(++position))
                {
                    cut.Add(scalar);
                }

                position += Scalars[scalar].Length;
            }
        }

        AssertSame(Set(Classes.Value["parts"]![name]!), cut);
    }

    [Theory]
    [InlineData("Strip", """{"type":"Strip","strip_left":true,"strip_right":true}""", "")]
    [InlineData("StripAccents", """{"type":"StripAccents"}""", "")]
    [InlineData("Nmt removes", """{"type":"Nmt"}""", "")]
    [InlineData("Nmt to space", """{"type":"Nmt"}""", " ")]
    [InlineData("Bert clean_text removes", """{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":false,"strip_accents":false,"lowercase":false}""", "")]
    [InlineData("Bert clean_text to space", """{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":false,"strip_accents":false,"lowercase":false}""", " ")]
    public void A_normalizer_drops_the_scalars_that_Hugging_Faces_drops(string name, string json, string outcome)
    {
        TextNormalizer normalizer = TokenizerParts.Normalizers.Read(Section(json))!;
        using var normalized = new CharBuffer();
        HashSet<int> dropped = [];
        for (int scalar = 0; scalar < Scalars.Length; scalar++)
        {
            normalized.Clear();
            normalizer.Normalize(Scalars[scalar], normalized);
            if (Scalars[scalar] != outcome && normalized.Span.SequenceEqual(outcome))
            {
                dropped.Add(scalar);
            }
        }

        AssertSame(Set(Classes.Value["parts"]![name]!), dropped);
    }

    [Theory]
    [MemberData(nameof(Normalizers))]
    public void A_normalizer_makes_of_every_scalar_what_Hugging_Faces_makes(string name, string json)
    {
        TextNormalizer normalizer = TokenizerParts.Normalizers.Read(Section(json))!;
        JsonObject expected = Sweep.Value[name]!.AsObject();
        using var block = new CharBuffer();
        for (int first = 0; first < Scalars.Length; first += 256)
        {
            block.Clear();
            bool changes = false;
            for (int scalar = first; scalar < first + 256; scalar++)
            {
                if (!Rune.IsValid(scalar))
                {
                    continue;
                }

                if (scalar > first)
                {
                    block.Append('\n');
                }

                int start = block.Length;
                ReadOnlySpan<char> text = scalar == '\n' ? "" : Scalars[scalar];
                normalizer.Normalize(text, block);
                changes |= !block.Span[start..].SequenceEqual(text);
            }

            string? golden = (string?)expected[first.ToString("X", CultureInfo.InvariantCulture)];
            string? hash = changes ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(block.Span.ToString())))[..12] : null;
            Assert.True(golden == hash, $"block U+{first:X4}");
        }
    }

    // Those that match as a whole, with others beside them that are of no class but that of control characters.
    private static HashSet<int> MatchedBy(string expression)
    {
        if (RegexParser.Parse(expression, what => new ModelLoadException(what)) is RegexNode.Set set)
        {
            return [.. set.Ranges.Items.SelectMany(range => Enumerable.Range(range.First, range.Last - range.First + 1)).Where(Rune.IsValid)];
        }

        RegularExpression regex = RegularExpression.Parse($"\\A(?:{expression})\\z", what => new ModelLoadException(what));
        HashSet<int> matched = [];
        for (int scalar = 0; scalar < Scalars.Length; scalar++)
        {
            var budget = new RegexBudget(2);
            if (Rune.IsValid(scalar) && regex.Program.FirstOf!.Contains(scalar) && regex.TryFind(Scalars[scalar], 0, ref budget, out _, out _))
            {
                matched.Add(scalar);
            }
        }

        return matched;
    }

    private static JsonSection Section(string json) => JsonSection.Read(
        ModelFolder.From(_ => new MemoryStream(Encoding.UTF8.GetBytes(json))), "tokenizer.json")!.Value;

    private static HashSet<int> Set(JsonNode ranges) => [.. ranges.AsArray().Select(range => ((string)range!).Split('-')).SelectMany(range =>
        Enumerable.Range(Hex(range[0]), Hex(range[^1]) - Hex(range[0]) + 1)).Where(Rune.IsValid)];

    private static int Hex(string number) => int.Parse(number, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static void AssertSame(HashSet<int> expected, HashSet<int> actual)
    {
        List<string> differing = [.. expected.Concat(actual).Where(scalar => expected.Contains(scalar) != actual.Contains(scalar)).Select(scalar => $"U+{scalar:X4}")];
        Assert.True(differing.Count == 0, $"{differing.Count}: {string.Join(' ', differing.Take(20))}");
    }
}

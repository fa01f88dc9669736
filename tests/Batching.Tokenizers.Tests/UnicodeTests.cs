using System.Globalization;
using System.Text.Json.Nodes;
using System.Text;
using Batching.Tokenization;
using CsCheck;
using Xunit;

namespace Batching.Tests.Tokenization;

/// <summary>Normal forms and kinds of characters are what unicode.tsv says, which is what Hugging Face does.</summary>
public sealed class UnicodeTests
{
    private static readonly NormalizationForm[] Forms =
        [NormalizationForm.FormC, NormalizationForm.FormD, NormalizationForm.FormKC, NormalizationForm.FormKD];

    private static readonly Lazy<IReadOnlyList<string[]>> Rows = new(() =>
    [
        .. File.ReadLines(Path.Combine(Repository.Root, "src", "Batching.Tokenizers", "Tables", "unicode.tsv"))
            .Where(line => !line.StartsWith('#'))
            .Select(line => line.Split('\t')),
    ]);

    private static readonly Lazy<Gen<string>> HostileTexts = new(() =>
    {
        int[] scalars = [.. Rows.Value.Where(row => row[0] is "nfd" or "nfkd" or "pair" or "class").Select(row => Number(row[1]))];
        return Gen.Frequency(
                (6, Generators.OneOf(scalars).Select(scalar => new Rune(scalar).ToString())),
                (2, Gen.Int[0x1100, 0x11FF].Select(scalar => ((char)scalar).ToString())),
                (2, Gen.Int[0xAC00, 0xD7A3].Select(scalar => ((char)scalar).ToString())),
                (2, Gen.Char[' ', '~'].Select(c => c.ToString())),
                (1, Generators.LoneSurrogate))
            .Array[0, 30]
            .Select(string.Concat);
    });

    [Fact]
    public void Every_scalar_has_the_properties_that_the_table_says()
    {
        var expected = new UnicodeProperties[0x110000];
        foreach (string[] row in Rows.Value)
        {
            UnicodeProperties property = row[0] switch
            {
                "letter" => UnicodeProperties.Letter,
                "number" => UnicodeProperties.Number,
                "space" => UnicodeProperties.WhiteSpace,
                "word" => UnicodeProperties.Word,
                "mark" => UnicodeProperties.Mark,
                _ => UnicodeProperties.None,
            };
            for (int scalar = Number(row[1]); property != UnicodeProperties.None && scalar <= Number(row[2]); scalar++)
            {
                expected[scalar] |= property;
            }

            if (row[0] == "pair")
            {
                expected[Number(row[2])] |= UnicodeProperties.ComposesWithPrevious;
            }
        }

        for (int scalar = 0; scalar < expected.Length; scalar++)
        {
            UnicodeProperties properties = expected[scalar];
            Assert.True(properties == UnicodeTable.PropertiesOf(scalar), $"U+{scalar:X4}");
            Assert.Equal(properties.HasFlag(UnicodeProperties.Letter), UnicodeCategories.IsLetter(scalar));
            Assert.Equal(properties.HasFlag(UnicodeProperties.Number), UnicodeCategories.IsNumber(scalar));
            Assert.Equal(properties.HasFlag(UnicodeProperties.WhiteSpace), UnicodeCategories.IsWhiteSpace(scalar));
            Assert.Equal(properties.HasFlag(UnicodeProperties.Word), UnicodeCategories.IsWord(scalar));
            Assert.Equal(properties.HasFlag(UnicodeProperties.Mark), UnicodeCategories.IsMark(scalar));
        }
    }

    [Fact]
    public void Every_scalar_has_the_classes_that_the_table_says()
    {
        var combining = new int[0x110000];
        var clusters = new GraphemeClass[0x110000];
        foreach (string[] row in Rows.Value.Where(row => row[0] is "class" or "grapheme"))
        {
            for (int scalar = Number(row[1]); scalar <= Number(row[2]); scalar++)
            {
                if (row[0] == "class")
                {
                    combining[scalar] = int.Parse(row[3], CultureInfo.InvariantCulture);
                }
                else
                {
                    clusters[scalar] = Enum.Parse<GraphemeClass>(row[3]);
                }
            }
        }

        for (int scalar = 0; scalar < combining.Length; scalar++)
        {
            Assert.True(
                combining[scalar] == UnicodeTable.CombiningClassOf(scalar) && clusters[scalar] == UnicodeTable.GraphemeClassOf(scalar),
                $"U+{scalar:X4}");
        }
    }

    [Fact]
    public void Every_scalar_maps_to_what_the_table_says()
    {
        Dictionary<int, string> canonical = Mappings("nfd");
        Dictionary<int, string> compatibility = Mappings("nfkd");
        Dictionary<int, string> lowerCases = Mappings("lower");
        Span<int> lowered = stackalloc int[UnicodeTable.LongestMapping];
        for (int scalar = 0; scalar < 0x110000; scalar++)
        {
            if (!Rune.IsValid(scalar) || scalar is >= 0xAC00 and <= 0xD7A3)
            {
                continue;
            }

            string itself = new Rune(scalar).ToString();
            string decomposed = canonical.GetValueOrDefault(scalar, itself);
            Assert.Equal(decomposed, Normalize(NormalizationForm.FormD, itself));
            Assert.Equal(compatibility.GetValueOrDefault(scalar, decomposed), Normalize(NormalizationForm.FormKD, itself));
            int count = UnicodeCategories.ToLowerCase(scalar, lowered);
            Assert.Equal(lowerCases.GetValueOrDefault(scalar, itself), TextOf(lowered[..count]));
        }
    }

    [Fact]
    public void Two_scalars_compose_only_if_the_table_says_so()
    {
        Dictionary<(int, int), int> pairs = Rows.Value
            .Where(row => row[0] == "pair")
            .ToDictionary(row => (Number(row[1]), Number(row[2])), row => Number(row[3]));
        foreach (int first in pairs.Keys.Select(pair => pair.Item1).Distinct())
        {
            foreach (int second in pairs.Keys.Select(pair => pair.Item2).Distinct())
            {
                Assert.Equal(pairs.GetValueOrDefault((first, second), -1), UnicodeTable.Compose(first, second));
            }
        }

        // The runs of plain characters that are copied as they stand rely on this.
        Assert.All(pairs.Keys, pair => Assert.InRange(pair.Item2, 0x300, 0x10FFFF));
    }

    [Fact]
    public void Every_Hangul_syllable_decomposes_and_composes()
    {
        for (char syllable = '\uAC00'; syllable <= '\uD7A3'; syllable++)
        {
            string decomposed = Normalize(NormalizationForm.FormD, syllable.ToString());
            int index = syllable - 0xAC00;
            Assert.Equal(0x1100 + (index / 588), decomposed[0]);
            Assert.Equal(0x1161 + (index / 28 % 21), decomposed[1]);
            Assert.Equal(index % 28 == 0 ? 2 : 3, decomposed.Length);
            Assert.Equal(syllable.ToString(), Normalize(NormalizationForm.FormC, decomposed));
        }
    }

    [Fact]
    public void A_hostile_text_is_normalized_as_Hugging_Face_does_it()
    {
        foreach (JsonObject golden in JsonLines.Read(Repository.Conformance("unicode"), "forms.jsonl"))
        {
            var text = (string)golden["text"]!;
            Assert.Equal((string)golden["nfc"]!, Normalize(NormalizationForm.FormC, text));
            Assert.Equal((string)golden["nfd"]!, Normalize(NormalizationForm.FormD, text));
            Assert.Equal((string)golden["nfkc"]!, Normalize(NormalizationForm.FormKC, text));
            Assert.Equal((string)golden["nfkd"]!, Normalize(NormalizationForm.FormKD, text));
        }
    }

    [Fact]
    public void A_normal_form_is_its_own_and_forms_lead_to_each_other()
    {
        HostileTexts.Value.Sample(
            text =>
            {
                foreach (NormalizationForm form in Forms)
                {
                    string once = Normalize(form, text);
                    Assert.Equal(once, Normalize(form, once));
                }

                Assert.Equal(
                    Normalize(NormalizationForm.FormC, text), Normalize(NormalizationForm.FormC, Normalize(NormalizationForm.FormD, text)));
                Assert.Equal(
                    Normalize(NormalizationForm.FormD, text), Normalize(NormalizationForm.FormD, Normalize(NormalizationForm.FormC, text)));
                Assert.Equal(
                    Normalize(NormalizationForm.FormKC, text), Normalize(NormalizationForm.FormKC, Normalize(NormalizationForm.FormKD, text)));
            },
            seed: Generators.Seed,
            iter: 20_000);
    }

    [Fact]
    public void A_lone_surrogate_becomes_the_replacement_character()
    {
        Assert.All(Forms, form => Assert.Equal("a\uFFFD\u0301\uFFFD", Normalize(form, "a\uD800\u0301\uDC00")));
    }

    [Fact]
    public void A_million_marks_on_one_letter_are_sorted_like_a_few()
    {
        string[] marks = ["\u0301", "\u0327", "\u0345", "\u0591"];
        var text = new StringBuilder("e");
        for (int i = 0; i < 1_000_000; i++)
        {
            text.Append(marks[i * 7 % 4]);
        }

        string normalized = Normalize(NormalizationForm.FormD, text.ToString());
        string expected = string.Concat(["e", .. new[] { "\u0327", "\u0591", "\u0301", "\u0345" }.SelectMany(mark => Enumerable.Repeat(mark, 250_000))]);
        Assert.True(expected == normalized);
    }

    [Fact]
    public void Normalizing_allocates_nothing_once_its_buffers_have_grown()
    {
        const string Text = "Ünïcödé e\u0301\u0327 한국어 ﬁ ①\u0958 \u1112\u1161\u11AB";
        using var normalized = new CharBuffer();
        Allocations.EndAfterAWhile(() =>
        {
            foreach (NormalizationForm form in Forms)
            {
                UnicodeNormalizer.Normalize(form, Text, normalized);
                normalized.Clear();
            }
        });
    }

    private static string Normalize(NormalizationForm form, string text)
    {
        using var normalized = new CharBuffer();
        UnicodeNormalizer.Normalize(form, text, normalized);
        return normalized.Span.ToString();
    }

    private static Dictionary<int, string> Mappings(string kind) => Rows.Value
        .Where(row => row[0] == kind)
        .ToDictionary(row => Number(row[1]), row => TextOf([.. row[2].Split(' ').Select(Number)]));

    private static string TextOf(ReadOnlySpan<int> scalars)
    {
        var text = new StringBuilder();
        foreach (int scalar in scalars)
        {
            text.Append(new Rune(scalar));
        }

        return text.ToString();
    }

    private static int Number(string hexadecimal) => int.Parse(hexadecimal, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}

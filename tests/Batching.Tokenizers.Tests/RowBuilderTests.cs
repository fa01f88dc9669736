using Xunit;

namespace Batching.Tests.Tokenization;

/// <summary>Rows of ids that were made once are the rows of their texts.</summary>
public sealed class RowBuilderTests
{
    private const string Long = "A premise that is rather long, and goes on for a while so that it has to be cut.";

    public static TheoryData<string> Folders => ["wordpiece-cased", "byte-bpe"];

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_built_row_is_the_row_of_its_texts(string folder)
    {
        SequenceTokenizer tokenizer = SequenceTokenizer.Load(Repository.Conformance(folder));
        string[] texts = ["", "Short.", Long, "It's <mask> [MASK] naïve"];
        using var ids = new TokenRows();
        foreach (string text in texts)
        {
            tokenizer.EncodeIds(text, ids);
        }

        EncodingOptions[] choices =
        [
            EncodingOptions.Default,
            new() { MaxLength = 12 },
            new() { MaxLength = 12, TruncationSide = TruncationSide.Left },
            new() { AddSpecialTokens = false, MaxLength = 9 },
            new() { MaxLength = 40, Truncation = TruncationStrategy.OnlyFirst },
        ];
        using var built = new TokenRows();
        foreach (EncodingOptions options in choices)
        {
            var builder = new RowBuilder(tokenizer, options);
            for (int first = 0; first < texts.Length; first++)
            {
                built.Clear();
                builder.Append(ids[first], built);
                AssertSame(tokenizer.Encode(texts[first], options), built);
                for (int second = 1; second < texts.Length; second++)
                {
                    if (options.Truncation == TruncationStrategy.OnlyFirst && second == 2)
                    {
                        continue;
                    }

                    built.Clear();
                    builder.Append(ids[first], ids[second], built);
                    AssertSame(tokenizer.Encode((texts[first], texts[second]), options), built);
                }
            }
        }
    }

    [Fact]
    public void A_row_that_cannot_be_cut_says_so_and_leaves_the_rows_as_they_were()
    {
        SequenceTokenizer tokenizer = SequenceTokenizer.Load(Repository.Conformance("wordpiece-cased"));
        using var rows = new TokenRows();
        tokenizer.EncodeIds(Long, rows);
        int[] ids = rows[0].ToArray();
        var builder = new RowBuilder(tokenizer, new EncodingOptions { MaxLength = 8, Truncation = TruncationStrategy.OnlySecond });
        Assert.Throws<ArgumentException>(() => builder.Append(ids, [5], rows));
        Assert.Equal(1, rows.Count);
        Assert.Equal(ids, rows[0].ToArray());
        Assert.Equal(5, builder.RoomFor(isPair: true));
    }

    [Fact]
    public void A_lower_limit_and_another_side_leave_the_tokenizer_as_it_was()
    {
        SequenceTokenizer tokenizer = SequenceTokenizer.Load(Repository.Conformance("wordpiece-cased"));
        int? limit = tokenizer.MaxLength;
        SequenceTokenizer changed = tokenizer.WithMaxLength(6).WithTruncationSide(TruncationSide.Left);
        Assert.Equal(6, changed.Encode(Long).InputIds.Count);
        Assert.Equal(
            tokenizer.Encode(Long, new EncodingOptions { MaxLength = 6, TruncationSide = TruncationSide.Left }).InputIds, changed.Encode(Long).InputIds);
        Assert.Equal((limit, TruncationSide.Right), (tokenizer.MaxLength, tokenizer.TruncationSide));
        Assert.Equal((2, 3), (tokenizer.CountSpecialTokens(), tokenizer.CountSpecialTokens(isPair: true)));
        Assert.Contains("at least 2", Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.WithMaxLength(1)).Message, StringComparison.Ordinal);
    }

    private static void AssertSame(SequenceEncoding expected, TokenRows built)
    {
        Assert.Equal(1, built.Count);
        Assert.Equal(expected.InputIds, built[0].ToArray());
        Assert.Equal(expected.TokenTypeIdsSpan.ToArray(), built.TokenTypeIdsOf(0).ToArray());
        Assert.Equal(expected.IsTruncated, built.IsTruncated(0));
    }
}

using Batching.Pipeline;
using Xunit;

namespace Batching.Tests.Pipeline;

/// <summary>However long a text is, and however many windows it has, no more of its rows are made than are planned at a time.</summary>
public sealed class RowEncoderTests
{
    private const int MaxLength = 64;

    private readonly SequenceTokenizer tokenizer = SequenceTokenizer.Load(Repository.Contract("distilbert-vocab-txt-only"));

    [Theory]
    [InlineData(100, 0)]
    [InlineData(5_000, 0)]
    [InlineData(300_000, 0)]
    [InlineData(300_000, 20)]
    [InlineData(20_000, 61)]
    public void A_long_texts_rows_are_made_as_there_is_room_for_them(int words, int stride)
    {
        using var encoder = new RowEncoder(tokenizer, new EncodingOptions { Stride = stride }, windows: true);
        string text = string.Join(' ', Enumerable.Repeat("it", words));
        int width = MaxLength - 2;
        int expected = 1 + Math.Max(0, (words - width + width - stride - 1) / (width - stride));
        int rows = 0;
        TextWindow window = new(labelCount: 2);
        encoder.Begin("it is");
        window.AppendNext(encoder);
        Assert.Equal([1], window.TextEnds);
        encoder.Begin(text);
        while (encoder.HasMore)
        {
            if (window.IsFull)
            {
                rows += Take();
                window.Dispose();
                window = new TextWindow(labelCount: 2);
            }

            window.AppendNext(encoder);
        }

        rows += Take();
        Assert.Equal(window.Rows.Count, window.TextEnds[^1]);
        Assert.Equal(expected + 1, rows);
        window.Dispose();

        int Take()
        {
            Assert.InRange(window.Rows.TokenCount, 0, (1 << 16) + MaxLength);
            return window.Rows.Count;
        }
    }

    [Fact]
    public void A_text_that_cannot_be_windowed_leaves_no_row_behind()
    {
        using var encoder = new RowEncoder(tokenizer, new EncodingOptions(), windows: true);
        using var window = new TextWindow(labelCount: 2);
        string longText = string.Join(' ', Enumerable.Repeat("it", 100));
        Assert.Throws<ArgumentException>(() => encoder.Begin((longText, longText)));
        Assert.Throws<ArgumentException>(() => encoder.Begin(default));
        Assert.False(encoder.HasMore);
        Assert.Equal((0, 0), (window.Rows.Count, window.Rows.TokenCount));
        encoder.Begin((longText, "it is"));
        Assert.True(encoder.IsLongerThanARow);
        Assert.True(encoder.HasMore);
    }
}

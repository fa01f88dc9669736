using System.Numerics.Tensors;
using Xunit;

namespace Batching.Tests.Batches;

/// <summary>Batches made of what a tokenizer encoded.</summary>
public sealed class EncodedBatchTests
{
    private static readonly SequenceTokenizer Tokenizer = SequenceTokenizer.Load(Repository.DefaultModel);

    [Fact]
    public void A_batch_of_encodings_holds_their_ids_masks_and_types()
    {
        IReadOnlyList<SequenceEncoding> windows = Tokenizer.EncodeWindows(
            (string.Join(' ', Enumerable.Repeat("A long premise.", 20)), "Its hypothesis."),
            new EncodingOptions { MaxLength = 16, Stride = 3, Truncation = TruncationStrategy.OnlyFirst });
        SequenceEncoding single = Tokenizer.Encode("Alone.");
        IReadOnlyList<SequenceEncoding> rows = [single, .. windows];
        Assert.True(windows.Count > 2);
        Assert.Contains(1, windows[0].TokenTypeIds);

        using TokenBatch batch = TokenBatch.Pad(rows, Tokenizer.PadTokenId);

        Assert.Equal(rows.Count, batch.Rows);
        Assert.Equal(16, batch.Columns);
        for (int row = 0; row < rows.Count; row++)
        {
            IReadOnlyList<int> ids = rows[row].InputIds;
            int padding = batch.Columns - ids.Count;
            Assert.Equal([.. ids, .. Enumerable.Repeat(Tokenizer.PadTokenId, padding)], RowOf(batch.InputIds, row));
            Assert.Equal([.. Enumerable.Repeat(1, ids.Count), .. Enumerable.Repeat(0, padding)], RowOf(batch.AttentionMask, row));
            Assert.Equal([.. rows[row].TokenTypeIds, .. Enumerable.Repeat(0, padding)], RowOf(batch.TokenTypeIds, row));
        }
    }

    [Fact]
    public void No_encodings_are_refused()
    {
        var none = Assert.Throws<ArgumentException>(() => TokenBatch.Pad(Array.Empty<SequenceEncoding>(), padTokenId: 0));
        Assert.Contains("Give at least one", none.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => TokenBatch.Pad([], padTokenId: 0));
        var missing = Assert.Throws<ArgumentException>(() => TokenBatch.Pad([Tokenizer.Encode("Here."), null!], padTokenId: 0));
        Assert.Contains("Row 1 is null", missing.Message, StringComparison.Ordinal);
    }

    private static int[] RowOf(in ReadOnlyTensorSpan<long> tensor, int row)
    {
        var values = new int[(int)tensor.Lengths[1]];
        for (int column = 0; column < values.Length; column++)
        {
            values[column] = (int)tensor[row, column];
        }

        return values;
    }
}

namespace Batching.Tokenization;

/// <summary>The tokens of a text and its pair, to be put into rows under marks of their own.</summary>
/// <remarks>
/// Rows are cut and put together from marks as they are from ids, so that they are the same rows. A mark is below zero, and so
/// is no special token's id.
/// </remarks>
internal sealed class PlacedInput : IDisposable
{
    private readonly OffsetEncoder encoder;
    private readonly TextInput input;
    private readonly List<PlacedToken> first;
    private readonly List<PlacedToken> second;

    /// <param name="encoder">Finds the tokens.</param>
    /// <param name="input">The text and its pair.</param>
    /// <param name="enough">How many tokens of a single text may be needed.</param>
    public PlacedInput(OffsetEncoder encoder, TextInput input, int enough)
    {
        this.encoder = encoder;
        this.input = input;
        first = encoder.Encode(input.Text, enough);
        second = input.Pair is null ? [] : encoder.Encode(input.Pair, int.MaxValue);
        AddMarks(First, 0, first.Count);
        AddMarks(Second, first.Count, second.Count);
    }

    /// <summary>A mark for each token of the text.</summary>
    public IdBuffer First { get; } = new();

    /// <summary>A mark for each token of its pair.</summary>
    public IdBuffer Second { get; } = new();

    /// <summary>What a row of marks and special tokens stands for.</summary>
    public OffsetEncoding ToEncoding(ReadOnlySpan<int> row, ReadOnlySpan<int> tokenTypeIds, bool isTruncated)
    {
        var ids = new int[row.Length];
        var offsets = new Range?[row.Length];
        var sequences = new int?[row.Length];
        bool hasFirst = false;
        bool hasSecond = false;
        for (int i = 0; i < row.Length; i++)
        {
            int index = ~row[i];
            if (index < 0)
            {
                ids[i] = row[i];
            }
            else if (index < first.Count)
            {
                ids[i] = first[index].Id;
                offsets[i] = encoder.OffsetOf(first[index], input.Text, isFirst: !hasFirst);
                sequences[i] = 0;
                hasFirst = true;
            }
            else
            {
                PlacedToken token = second[index - first.Count];
                ids[i] = token.Id;
                offsets[i] = encoder.OffsetOf(token, input.Pair!, isFirst: !hasSecond);
                sequences[i] = 1;
                hasSecond = true;
            }
        }

        return new OffsetEncoding(new SequenceEncoding(ids, tokenTypeIds, isTruncated), offsets, sequences);
    }

    public void Dispose()
    {
        First.Dispose();
        Second.Dispose();
    }

    private static void AddMarks(IdBuffer marks, int start, int count)
    {
        for (int i = start; i < start + count; i++)
        {
            marks.Add(~i);
        }
    }
}

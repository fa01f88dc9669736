using System.Runtime.InteropServices;

namespace Batching.Pipeline;

/// <summary>A stretch of a call's texts, tokenized and planned together, whose batches run in any order on any worker.</summary>
/// <remarks>A text of many rows may begin in one window and end in a later one.</remarks>
internal sealed class TextWindow(int labelCount) : IDisposable
{
    private const int MostRows = 2048;
    private const int MostTokens = 1 << 16;

    private readonly List<int> textEnds = [];
    private readonly TaskCompletionSource completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The rows that are run: those that the plan's numbers stand for.
    private int[] planned = [];
    private BatchPlan plan = new([], []);
    private int unfinished;

    // For each row its number among the call's distinct rows, and whether it takes the logits of an earlier one.
    private int[] distinctNumbers = [];
    private bool[] isRepeated = [];

    /// <summary>The texts as ids, in the order of the texts: a row each, or several where a text is windowed.</summary>
    public TokenRows Rows { get; } = new();

    /// <summary>For each text that ends in the window, the index after its last row.</summary>
    public ReadOnlySpan<int> TextEnds => CollectionsMarshal.AsSpan(textEnds);

    /// <summary>Whether the window is wide enough.</summary>
    public bool IsFull => Rows.Count >= MostRows || Rows.TokenCount >= MostTokens;

    /// <summary>The logits, <c>[rows, labels]</c>, which become the results' own.</summary>
    public float[] Logits { get; private set; } = [];

    /// <summary>Ends when the last batch has run; never, where one fails.</summary>
    public Task Completion => completion.Task;

    /// <summary>The number of batches.</summary>
    public int BatchCount => plan.Count;

    /// <summary>Adds the next row of a text.</summary>
    public void AppendNext(RowEncoder encoder)
    {
        encoder.AppendNext(Rows);
        if (!encoder.HasMore)
        {
            textEnds.Add(Rows.Count);
        }
    }

    /// <summary>Decides which rows are run, and which of them together.</summary>
    /// <param name="planner">Decides which rows go together.</param>
    /// <param name="workers">How many batches run side by side.</param>
    /// <param name="distinct">The rows that the call has met.</param>
    /// <param name="mayShare">Whether rows that come again, of so many tokens, may take the logits of the first of them.</param>
    public void Plan(BatchPlanner planner, int workers, DistinctRows distinct, Func<int, bool> mayShare)
    {
        Logits = new float[checked(Rows.Count * labelCount)];
        distinctNumbers = new int[Rows.Count];
        isRepeated = new bool[Rows.Count];
        int repeatedTokens = 0;
        for (int row = 0; row < Rows.Count; row++)
        {
            distinctNumbers[row] = distinct.Find(Rows[row], Rows.TokenTypeIdsOf(row), out bool isNew);
            isRepeated[row] = !isNew && distinctNumbers[row] != DistinctRows.Unknown;
            repeatedTokens += isRepeated[row] ? Rows.LengthOf(row) : 0;
        }

        if (repeatedTokens > 0 && !mayShare(repeatedTokens))
        {
            Array.Clear(isRepeated);
        }

        planned = new int[Rows.Count];
        var lengths = new int[Rows.Count];
        int count = 0;
        for (int row = 0; row < Rows.Count; row++)
        {
            if (!isRepeated[row])
            {
                planned[count] = row;
                lengths[count++] = Rows.LengthOf(row);
            }
        }

        plan = planner.Plan(lengths.AsSpan(0, count), workers);
        unfinished = plan.Count;
        if (unfinished == 0)
        {
            completion.TrySetResult();
        }
    }

    /// <summary>Runs a batch.</summary>
    public void Run(int batch, RowRunner runner, Inference.StoppableRuns run)
    {
        ReadOnlySpan<int> numbers = plan[batch];
        Span<int> rows = numbers.Length <= 256 ? stackalloc int[numbers.Length] : new int[numbers.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = planned[numbers[i]];
        }

        runner.Run(Rows, rows, Logits, run);
        if (Interlocked.Decrement(ref unfinished) == 0)
        {
            completion.TrySetResult();
        }
    }

    /// <summary>Gives the rows that were not run the logits of those that were. Windows are to do so in the order of their plans.</summary>
    public void ShareLogits(DistinctRows distinct)
    {
        for (int row = 0; row < distinctNumbers.Length; row++)
        {
            if (distinctNumbers[row] != DistinctRows.Unknown)
            {
                Span<float> own = Logits.AsSpan(row * labelCount, labelCount);
                Span<float> shared = distinct.LogitsOf(distinctNumbers[row]);
                (isRepeated[row] ? shared : own).CopyTo(isRepeated[row] ? own : shared);
            }
        }
    }

    public void Dispose() => Rows.Dispose();
}

using Batching.Inference;
using Batching.Queue;
using Xunit;

namespace Batching.Tests.Queue;

/// <summary>
/// A model of one token a character, whose label for a text is the text itself, so that every caller can tell its own answer.
/// A text with window ends in it is a row for each part.
/// </summary>
internal sealed class FakeBackend : IQueueBackend
{
    /// <summary>A text with this in it cannot be run, nor any batch that it is in.</summary>
    public const char Poison = '!';

    /// <summary>Ends a window of a text, but for the last.</summary>
    public const char WindowEnd = '|';

    private readonly Lock gate = new();

    public string Name { get; init; } = "fake";

    public int Parallelism { get; init; } = 2;

    public BatchPlanner Planner { get; init; } = new(BatchCost.Of(ModelPrecision.Int8), tokensPerBatch: 32);

    public bool SharesRepeatedRows { get; init; } = true;

    /// <summary>Whether all cores are faster for what is alone.</summary>
    public bool IsFasterOnAllCores { get; init; }

    /// <summary>What happens while a batch runs.</summary>
    public Action<FakeRun>? Running { get; set; }

    /// <summary>The batches that were run, in the order in which they began.</summary>
    public List<FakeRun> Runs { get; } = [];

    public long Encode(TextInput input, EncodingOptions? options, int mostTokens, List<SequenceEncoding> rows)
    {
        string text = input.Text ?? throw new ArgumentException("The input has no text.", nameof(input));
        if (text.Length == 0)
        {
            throw new ArgumentException("The text has no token.", nameof(input));
        }

        long tokens = 0;
        foreach (string window in WindowsOf(text).TakeWhile(_ => tokens <= mostTokens))
        {
            rows.Add(new SequenceEncoding([.. window.Select(character => (int)character)], [], isTruncated: false));
            tokens += window.Length;
        }

        return tokens;
    }

    /// <summary>The rows of a text.</summary>
    public static IEnumerable<string> WindowsOf(string text)
    {
        for (int start = 0; start < text.Length;)
        {
            int end = text.IndexOf(WindowEnd, start) is var last and >= 0 ? last + 1 : text.Length;
            yield return text[start..end];
            start = end;
        }
    }

    public CoreUse CoresFor(int tokens) => IsFasterOnAllCores ? CoreUse.All : CoreUse.AloneOnOne;

    public Classification[] Run(ReadOnlySpan<SequenceEncoding> rows, CoreUse cores, CancellationToken stop)
    {
        var texts = new string[rows.Length];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = string.Concat(rows[i].InputIds.Select(id => (char)id));
        }

        var run = new FakeRun(texts, cores, stop);
        lock (gate)
        {
            Runs.Add(run);
        }

        Running?.Invoke(run);
        if (texts.Any(static text => text.Contains(Poison)))
        {
            throw new ModelRunException("A row of the batch could not be run.");
        }

        return Array.ConvertAll(texts, Result);
    }

    public Classification Pool(Classification[] windows)
    {
        Assert.InRange(windows.Length, 2, int.MaxValue);
        return Result(string.Concat(windows.Select(window => window.Label)));
    }

    private static Classification Result(string text) => new()
    {
        Label = text,
        LabelIndex = 0,
        Score = 1,
        Logits = new float[1],
        Scores = new float[1],
        TokenCount = text.Length,
        IsTruncated = false,
    };
}

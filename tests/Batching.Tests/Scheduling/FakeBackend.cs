using Batching.Scheduling;

namespace Batching.Tests.Scheduling;

/// <summary>
/// A model of one token a character, whose label for a text is the text itself, so that every caller can tell its own answer.
/// </summary>
internal sealed class FakeBackend : IQueueBackend
{
    /// <summary>A text with this in it cannot be run, nor any batch that it is in.</summary>
    public const char Poison = '!';

    private readonly Lock gate = new();

    public string Name { get; init; } = "fake";

    public int Parallelism { get; init; } = 2;

    public BatchPlanner Planner { get; init; } = new(BatchCost.Of(ModelPrecision.Int8), tokensPerBatch: 32);

    public bool SharesRepeatedRows { get; init; } = true;

    /// <summary>What happens while a batch runs.</summary>
    public Action<FakeRun>? Running { get; set; }

    /// <summary>The batches that were run, in the order in which they began.</summary>
    public List<FakeRun> Runs { get; } = [];

    public SequenceEncoding Encode(TextInput input, EncodingOptions? options) => input.Text switch
    {
        null => throw new ArgumentException("The input has no text.", nameof(input)),
        "" => throw new ArgumentException("The text has no token.", nameof(input)),
        string text => new SequenceEncoding([.. text.Select(character => (int)character)], [], isTruncated: false),
    };

    public Classification[] Run(ReadOnlySpan<SequenceEncoding> rows, bool isAlone, CancellationToken stop)
    {
        var texts = new string[rows.Length];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = string.Concat(rows[i].InputIds.Select(id => (char)id));
        }

        var run = new FakeRun(texts, isAlone, stop);
        lock (gate)
        {
            Runs.Add(run);
        }

        Running?.Invoke(run);
        if (texts.Any(static text => text.Contains(Poison)))
        {
            throw new ModelRunException("A row of the batch could not be run.");
        }

        return Array.ConvertAll(texts, static text => new Classification
        {
            Label = text,
            LabelIndex = 0,
            Score = 1,
            Logits = new float[1],
            Scores = new float[1],
            TokenCount = text.Length,
            IsTruncated = false,
        });
    }
}

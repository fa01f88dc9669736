using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Numerics.Tensors;

namespace Batching.Inference;

/// <summary>What a model's runs report to whoever listens to the meter <c>Batching</c>; nothing is measured when nobody does.</summary>
internal sealed class RunMetrics
{
    public const string MeterName = "Batching";
    public const string TokensName = "batching.batch.tokens";
    public const string TokenTypeTag = "batching.token.type";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "batching.run.duration", "s", "How long a batch took in ONNX Runtime.");

    private static readonly Histogram<int> Size = Meter.CreateHistogram<int>(
        "batching.batch.size", "{row}", "How many rows a batch had.");

    private static readonly Counter<long> Tokens = Meter.CreateCounter<long>(
        TokensName, "{token}", "How many tokens were run, by type: those of texts, and padding.");

    private static readonly Histogram<double> PaddingRatio = Meter.CreateHistogram<double>(
        "batching.batch.padding_ratio", "1", "Which part of a batch was padding.");

    private readonly KeyValuePair<string, object?> model;

    /// <param name="name">What the runs are told apart by: the model's name, or its .onnx file.</param>
    public RunMetrics(string name) => model = new("batching.model", name);

    /// <summary>When a run starts; 0 where nobody listens.</summary>
    public static long Start() =>
        Duration.Enabled || Size.Enabled || Tokens.Enabled || PaddingRatio.Enabled ? Stopwatch.GetTimestamp() : 0;

    /// <summary>Reports a run that went well.</summary>
    /// <param name="start">What <see cref="Start"/> gave.</param>
    /// <param name="batch">What was run.</param>
    /// <param name="positions">How many positions the graph worked on, padding and rows that fill up counted.</param>
    public void Add(long start, TokenBatch batch, long positions)
    {
        if (start == 0)
        {
            return;
        }

        Duration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds, model);
        Size.Record(batch.Rows, model);
        long tokens = TensorPrimitives.Sum<long>(batch.AttentionMaskMemory.Span);
        Tokens.Add(tokens, model, new(TokenTypeTag, "text"));
        Tokens.Add(positions - tokens, model, new(TokenTypeTag, "padding"));
        PaddingRatio.Record((double)(positions - tokens) / positions, model);
    }
}

using System.Diagnostics.Metrics;

namespace Batching.AspNetCore.Telemetry;

/// <summary>Counts the tokens of texts and the padding of all batches, from what the library reports.</summary>
internal sealed class PaddingListener : IDisposable
{
    private readonly MeterListener listener = new();
    private long textTokens;
    private long padding;

    public PaddingListener()
    {
        listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument is { Name: "batching.batch.tokens", Meter.Name: "Batching" })
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>(Add);
        listener.Start();
    }

    /// <summary>Which part of all batches was padding; null before the first.</summary>
    public double? Ratio
    {
        get
        {
            double none = Interlocked.Read(ref padding);
            double all = none + Interlocked.Read(ref textTokens);
            return all > 0 ? none / all : null;
        }
    }

    public void Dispose() => listener.Dispose();

    private void Add(Instrument instrument, long count, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        foreach ((string key, object? value) in tags)
        {
            if (string.Equals(key, "batching.token.type", StringComparison.Ordinal))
            {
                Interlocked.Add(ref value is "padding" ? ref padding : ref textTokens, count);
            }
        }
    }
}

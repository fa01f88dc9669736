using System.Diagnostics.Metrics;

namespace Batching;

/// <summary>Which part of what models run is padding, in the whole process, from what the meter <c>Batching</c> reports.</summary>
/// <remarks>Counts from its creation to its disposal. Thread-safe.</remarks>
public sealed class PaddingListener : IDisposable
{
    private readonly MeterListener listener = new();
    private long textTokens;
    private long padding;

    /// <summary>Begins to count.</summary>
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

    /// <summary>The share of padding in the tokens that were run, from 0 to 1; null before the first.</summary>
    public double? Share
    {
        get
        {
            double none = Interlocked.Read(ref padding);
            double all = none + Interlocked.Read(ref textTokens);
            return all > 0 ? none / all : null;
        }
    }

    /// <summary>Ends the counting.</summary>
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

using System.Diagnostics.Metrics;

namespace Batching.Cli.Progress;

/// <summary>Adds up what the library's meter reports, to tell how much of what was run is padding.</summary>
internal sealed class PaddingListener : IDisposable
{
    private readonly MeterListener listener = new();
    private long text;
    private long padding;

    public PaddingListener()
    {
        listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Batching" && instrument.Name == "batching.batch.tokens")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, tokens, tags, _) =>
        {
            foreach ((string name, object? value) in tags)
            {
                if (name == "batching.token.type")
                {
                    Interlocked.Add(ref value is "padding" ? ref padding : ref text, tokens);
                }
            }
        });
        listener.Start();
    }

    /// <summary>The share of padding in the tokens that were run so far, from 0 to 1.</summary>
    public double Share
    {
        get
        {
            long padded = Interlocked.Read(ref padding);
            return (double)padded / Math.Max(1, padded + Interlocked.Read(ref text));
        }
    }

    public void Dispose() => listener.Dispose();
}

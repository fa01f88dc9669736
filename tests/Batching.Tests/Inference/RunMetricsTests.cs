using System.Diagnostics.Metrics;
using Batching.Tests.Folders;
using Xunit;

namespace Batching.Tests.Inference;

/// <summary>Who listens to the meter learns what was run.</summary>
public sealed class RunMetricsTests
{
    [Theory]
    [InlineData("bert-one-label", (2 * 5) - 5)]
    [InlineData("distilbert-fixed-shape", (4 * 64) - 5)]
    public void A_run_reports_its_rows_its_tokens_and_its_padding(string contract, int padding)
    {
        using var folder = ModelFolderBuilder.Copy(contract);
        using var model = SequenceModel.Load(folder.Folder);
        var reported = new Dictionary<string, double>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Batching")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();

        using var batch = TokenBatch.Pad([[2, 5, 3], [2, 3]], padTokenId: 0, new PaddingOptions { MultipleOf = 5 });
        model.Run(batch);

        Assert.Equal(2, reported["batching.batch.size"]);
        Assert.Equal(5, reported["batching.batch.tokens text"]);
        Assert.Equal(padding, reported["batching.batch.tokens padding"]);
        Assert.Equal(padding / (5.0 + padding), reported["batching.batch.padding_ratio"]);
        Assert.True(reported["batching.run.duration"] > 0);

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            KeyValuePair<string, object?>[] all = tags.ToArray();

            // Tests of other models run at the same time.
            if (((string)all.Single(tag => tag.Key == "batching.model").Value!).StartsWith(folder.Folder, StringComparison.Ordinal))
            {
                string type = string.Concat(all.Where(tag => tag.Key == "batching.token.type").Select(tag => $" {tag.Value}"));
                reported.Add(instrument.Name + type, value);
            }
        }
    }
}

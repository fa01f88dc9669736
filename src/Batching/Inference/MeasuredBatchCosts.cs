using System.Globalization;

namespace Batching;

/// <summary>What <see cref="SequenceClassifier.MeasureBatchCosts"/> measured on this machine, and plans batches by from then on.</summary>
/// <param name="Cost">What a batch costs, in microseconds.</param>
/// <param name="TokensPerBatch">The most tokens in a batch, padding counted: where larger ones do not get cheaper by the token.</param>
public sealed record MeasuredBatchCosts(BatchCost Cost, int TokensPerBatch)
{
    /// <summary>What was chosen, as a sentence.</summary>
    /// <returns>For instance <c>A run costs 230 us, and a token 72 us + 0.115 us for each token of its row; batches hold up to 1024 tokens.</c></returns>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"A run costs {Cost.PerBatch:0} us, and a token {Cost.PerToken:0.#} us + {Cost.PerTokenPair:0.###} us for each token of its row; batches hold up to {TokensPerBatch} tokens.");
}

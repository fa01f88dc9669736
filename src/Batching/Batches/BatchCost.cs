namespace Batching;

/// <summary>What it costs to run a batch, from its shape: what a <see cref="BatchPlanner"/> weighs padding against.</summary>
/// <param name="PerBatch">What a run costs before its first token: calls, and weights fetched from memory.</param>
/// <param name="PerToken">What a token costs, padding included.</param>
/// <param name="PerTokenPair">What a token costs for each token of its row: the attention.</param>
/// <remarks>The unit does not matter, only that it is the same for all three; none is negative.</remarks>
public readonly record struct BatchCost(double PerBatch, double PerToken, double PerTokenPair)
{
    /// <summary>What is assumed of a model whose costs were not measured.</summary>
    /// <param name="precision">Its precision.</param>
    /// <returns>What the default model was measured to cost, in microseconds on one core of a server.</returns>
    public static BatchCost Of(ModelPrecision precision) => precision == ModelPrecision.Int8
        ? new BatchCost(230, 72, 0.115)
        : new BatchCost(1_500, 213, 0.15);

    /// <summary>The cost of a batch of shape <c>[rows, columns]</c>.</summary>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The length that they are padded to.</param>
    /// <returns>The cost, in the unit of the three.</returns>
    public double Of(int rows, int columns) => PerBatch + (rows * RowOf(columns));

    /// <summary>What one more row costs in a batch of so many columns.</summary>
    internal double RowOf(int columns) => columns * (PerToken + (columns * PerTokenPair));
}

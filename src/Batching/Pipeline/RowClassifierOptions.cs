namespace Batching.Pipeline;

/// <summary>How rows are made, padded and run.</summary>
internal sealed record RowClassifierOptions
{
    /// <summary>How many batches are to run side by side.</summary>
    public required int Parallelism { get; init; }

    /// <summary>What shorter rows are filled up to.</summary>
    public required PaddingOptions Padding { get; init; }

    /// <summary>How many tokens a window of a long text repeats of the one before; null where long texts are truncated.</summary>
    public int? Stride { get; init; }

    /// <summary>Which precision batches are taken to cost that of.</summary>
    public ModelPrecision Precision { get; init; }

    /// <summary>Whether every row is a batch of its own.</summary>
    public bool OneByOne { get; init; }
}

using Classify.Inputs;

namespace Classify.Commands;

/// <summary>What the classify command was asked to do.</summary>
internal sealed record ClassifyOptions
{
    public required InputSource Input { get; init; }

    public required FileFormat InputFormat { get; init; }

    public required string Output { get; init; }

    public required FileFormat OutputFormat { get; init; }

    /// <summary>The text, its pair, and the columns that are carried over.</summary>
    public required ColumnChoice Columns { get; init; }

    public required ModelChoice Model { get; init; }

    public int? TopK { get; init; }

    public bool WritesLogits { get; init; }

    /// <summary>Where rows go that cannot be read; null where they stop the run.</summary>
    public string? Rejects { get; init; }

    public bool Resumes { get; init; }
}

using Classify.Inputs;
using Classify.Outputs;

namespace Classify.Commands;

/// <summary>What the classify command was asked to do.</summary>
internal sealed record ClassifyOptions
{
    public required InputSource Input { get; init; }

    public required FileFormat InputFormat { get; init; }

    public required OutputTarget Output { get; init; }

    public required FileFormat OutputFormat { get; init; }

    /// <summary>The text, its pair, and the columns that are carried over.</summary>
    public required ColumnChoice Columns { get; init; }

    public required ModelChoice Model { get; init; }

    public int? TopK { get; init; }

    public bool WritesLogits { get; init; }

    /// <summary>Where rows go that cannot be read; null where they stop the run.</summary>
    public OutputTarget? Rejects { get; init; }

    public bool Resumes { get; init; }

    /// <summary>Whether the run can be resumed: its files are there to be read again, and rows can be added to the output.</summary>
    public bool CanBeResumed => OutputFormat != FileFormat.Parquet && Input.CanBeReadAgain && Output.IsFile && Rejects is null or { IsFile: true };
}

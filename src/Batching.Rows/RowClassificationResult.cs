namespace Batching;

/// <summary>What a <see cref="RowClassification"/> has done.</summary>
public sealed record RowClassificationResult
{
    /// <summary>The rows that were classified and written by this run.</summary>
    public required long Rows { get; init; }

    /// <summary>The rows that an earlier run had done; 0 unless the run was resumed.</summary>
    public required long RowsDoneBefore { get; init; }

    /// <summary>The rows of this run that could not be read and went to <see cref="RejectsFile"/>.</summary>
    public required long Rejected { get; init; }

    /// <summary>The tokens of the rows, padding not counted.</summary>
    public required long Tokens { get; init; }

    /// <summary>The file of the rows that could not be read; null where the first of them would have ended the run.</summary>
    public required string? RejectsFile { get; init; }
}

namespace Batching;

/// <summary>What a <see cref="RowClassification"/> reads and writes.</summary>
public sealed record RowClassificationOptions
{
    /// <summary>
    /// The texts: files, folders, patterns such as <c>data/*.csv</c>, or <c>-</c> alone for stdin. Files of a folder or a
    /// pattern are read in ordinal order, those that begin with a dot or an underscore are left out. Several files are of one
    /// format and have the columns, in whatever order; each row of the output then says its <c>file</c> and its
    /// <c>file_row</c> in it. Files of text may be packed as <c>.gz</c> or <c>.zst</c>.
    /// </summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>The format of the input, its columns, and those that are carried over to the output. Default: <see cref="RowReaderOptions"/>'s.</summary>
    public RowReaderOptions Rows { get; init; } = new();

    /// <summary>The file of results; <c>-</c> for stdout. A regular file is replaced, through links too; a pipe or a device is written as it is.</summary>
    public required string Output { get; init; }

    /// <summary>The format of the output: csv, jsonl or parquet. Default: by the ending of the file; jsonl on stdout.</summary>
    public RowFormat? OutputFormat { get; init; }

    /// <summary>How many labels of each row are written, the best first; from 1 to the number of labels. Default: null, the best alone.</summary>
    public int? TopK { get; init; }

    /// <summary>Whether what the model gave for each label is written as well. Default: false.</summary>
    public bool WriteLogits { get; init; }

    /// <summary>Whether rows that cannot be read go to <see cref="Rejects"/>. Default: false; the first of them ends the run.</summary>
    public bool SkipUnreadableRows { get; init; }

    /// <summary>The file of the rows that were skipped, JSON lines of <c>row</c>, <c>line</c>, <c>error</c>, <c>content</c>. Default: the output's name and <c>.rejects.jsonl</c>.</summary>
    public string? Rejects { get; init; }

    /// <summary>
    /// Whether the run goes on where one of the same options, input and model ended, however it ended; begins where nothing is
    /// there yet. For files. Default: false; the run begins anew.
    /// </summary>
    public bool Resume { get; init; }
}

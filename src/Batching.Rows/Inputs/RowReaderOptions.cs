using Batching.Rows.Inputs;

namespace Batching;

/// <summary>Which rows and columns of an input are read.</summary>
public sealed record RowReaderOptions
{
    /// <summary>The format. Default: by the ending of the file; <see cref="RowFormat.Txt"/> for stdin.</summary>
    public RowFormat? Format { get; init; }

    /// <summary>The column of the text. Default: the first of <c>text</c>, <c>sentence</c>, <c>content</c> that is there.</summary>
    public string? TextColumn { get; init; }

    /// <summary>The column of the second text of a pair, such as a hypothesis. Default: none; rows are single texts.</summary>
    public string? PairColumn { get; init; }

    /// <summary>Further columns, whose values come with each row. Default: none.</summary>
    public IReadOnlyList<string> KeptColumns { get; init; } = [];

    /// <summary>The part of the file that is read; its rows have the numbers that they have in the file. Default: all of it.</summary>
    /// <value>One of <see cref="RowRanges.FindAsync"/>, found with the same options. For files only.</value>
    public RowRange? Range { get; init; }

    internal ColumnChoice Columns => new(TextColumn, PairColumn, KeptColumns);
}

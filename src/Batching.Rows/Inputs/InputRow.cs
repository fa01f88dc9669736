namespace Classify.Inputs;

/// <summary>A row of the input, or why it cannot be read.</summary>
internal sealed class InputRow
{
    /// <summary>The number of the row, from 1; header and blank lines are no rows, rows that cannot be read are.</summary>
    public required long Row { get; init; }

    /// <summary>The number of the line it begins on, from 1; 0 where the format has no lines.</summary>
    public long Line { get; init; }

    /// <summary>How far into the input the reader is after this row, in the units of <see cref="IRowReader.Length"/>.</summary>
    public long Position { get; init; }

    public string Text { get; init; } = "";

    /// <summary>The second text of a pair, or null.</summary>
    public string? Pair { get; init; }

    /// <summary>The values of the other columns that were asked for, in their order.</summary>
    public IReadOnlyList<KeptValue> Others { get; init; } = [];

    /// <summary>Why the row cannot be read, or null.</summary>
    public string? Error { get; init; }

    /// <summary>The row as it stands in the file, where it cannot be read and the format is text.</summary>
    public string? Content { get; init; }

    /// <summary>Where the row is, for messages.</summary>
    public string Place => Line > 0 ? $"line {Line}" : $"row {Row}";
}

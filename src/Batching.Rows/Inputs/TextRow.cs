namespace Batching;

/// <summary>A row of an input, or why it cannot be read.</summary>
public sealed class TextRow
{
    private readonly long numberInFile;

    /// <summary>The number of the row, from 1; header and blank lines are no rows, rows that cannot be read are.</summary>
    public required long Number { get; init; }

    /// <summary>The file that it is in, where several are read as one; otherwise null.</summary>
    public string? File { get; init; }

    /// <summary>Its number within <see cref="File"/>, from 1; <see cref="Number"/> where one is read.</summary>
    public long NumberInFile { get => numberInFile > 0 ? numberInFile : Number; init => numberInFile = value; }

    /// <summary>The number of the line it begins on, from 1; 0 where the format has no lines.</summary>
    public long Line { get; init; }

    /// <summary>How far into the input the reader is after this row, in the units of <see cref="RowReader.Length"/>.</summary>
    public long Position { get; init; }

    /// <summary>The text; empty where the row cannot be read.</summary>
    public string Text { get; init; } = "";

    /// <summary>The second text of a pair, or null.</summary>
    public string? Pair { get; init; }

    /// <summary>The values of <see cref="RowReaderOptions.KeptColumns"/>, in their order.</summary>
    public IReadOnlyList<KeptValue> Kept { get; init; } = [];

    /// <summary>Why the row cannot be read, without a full stop; null where it can.</summary>
    public string? Error { get; init; }

    /// <summary>The row as it stands in the file, where it cannot be read and the format is text.</summary>
    public string? Content { get; init; }

    /// <summary>Where the row is, for messages: <c>line 7</c>, or <c>row 7</c> where the format has no lines.</summary>
    public string Place => Line > 0 ? $"line {Line}" : $"row {NumberInFile}";

    /// <summary>This row as one of several files.</summary>
    internal TextRow InFile(string file, long number, long position) => new()
    {
        Number = number,
        File = file,
        NumberInFile = Number,
        Line = Line,
        Position = position,
        Text = Text,
        Pair = Pair,
        Kept = Kept,
        Error = Error,
        Content = Content,
    };

    /// <summary>This row as one of a file that the reader read a part of.</summary>
    internal TextRow Moved(long rows, long lines, long bytes) => new()
    {
        Number = Number + rows,
        Line = Line + lines,
        Position = Position + bytes,
        Text = Text,
        Pair = Pair,
        Kept = Kept,
        Error = Error,
        Content = Content,
    };

    /// <summary>The text, with its pair, for a classifier.</summary>
    public TextInput ToInput() => new(Text, Pair);
}

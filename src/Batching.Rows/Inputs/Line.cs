using System.Text;
using System.Text.Unicode;

namespace Batching.Rows.Inputs;

/// <summary>A line of a file, or a part of one that is too long.</summary>
/// <param name="Bytes">Its bytes, without the end of the line.</param>
/// <param name="Number">The number of the line, from 1.</param>
/// <param name="Position">The bytes of the file up to its end.</param>
internal readonly record struct Line(ReadOnlyMemory<byte> Bytes, long Number, long Position)
{
    /// <summary>What is said of bytes that are no text.</summary>
    public const string NotUtf8 = "it is not valid UTF-8; convert the file to UTF-8";

    private static readonly string TooLong = $"it is longer than {LineReader.LongestLine >> 20} MB; check that the format is what the file is in";

    /// <summary>The bytes that end the line: LF, CR or both; none at the end of the file.</summary>
    public ReadOnlyMemory<byte> End { get; init; }

    /// <summary>Whether the line is longer than lines may be, and these are not all of its bytes.</summary>
    public bool GoesOn { get; init; }

    /// <summary>Why the line is no text, or null.</summary>
    public string? Error => GoesOn ? TooLong : Utf8.IsValid(Bytes.Span) ? null : NotUtf8;

    /// <summary>The line as text, with U+FFFD for what is not UTF-8.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes.Span);

    /// <summary>The row that the line is, where it cannot be read. What is too long is not repeated.</summary>
    public TextRow Failed(long row, string error) =>
        new() { Number = row, Line = Number, Position = Position, Error = error, Content = GoesOn ? null : Text };
}

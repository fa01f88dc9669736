using System.Text;
using System.Text.Unicode;

namespace Classify.Inputs;

/// <summary>A line of a file.</summary>
/// <param name="Bytes">Its bytes, without the end of the line.</param>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Position">The bytes up to its end.</param>
internal readonly record struct Line(ReadOnlyMemory<byte> Bytes, long Number, long Position)
{
    /// <summary>What is said of bytes that are no text.</summary>
    public const string NotUtf8 = "it is not valid UTF-8; convert the file to UTF-8";

    public bool IsUtf8 => Utf8.IsValid(Bytes.Span);

    /// <summary>The line as text, with U+FFFD for what is not UTF-8.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes.Span);

    public InputRow Failed(long row, string error) =>
        new() { Row = row, Line = Number, Position = Position, Error = error, Content = Text };
}

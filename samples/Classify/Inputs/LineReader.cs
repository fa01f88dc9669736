using System.Runtime.CompilerServices;

namespace Classify.Inputs;

/// <summary>The lines of a stream as bytes, so that each can be checked to be UTF-8 by itself.</summary>
internal sealed class LineReader : IAsyncDisposable
{
    // A line that does not end would otherwise fill the memory before anybody is told.
    private const int LongestLine = 1 << 26;

    private readonly InputSource source;
    private readonly Stream stream;
    private byte[] buffer = new byte[1 << 16];
    private int start;
    private int end;

    /// <param name="source">What is read.</param>
    public LineReader(InputSource source)
    {
        this.source = source;
        stream = source.Open();
        Length = stream.CanSeek ? stream.Length : null;
    }

    /// <summary>The bytes of the stream, or null where that is not known.</summary>
    public long? Length { get; }

    /// <summary>Whether the next line is in memory already, so that reading it waits for nobody.</summary>
    public bool HasBufferedLine => buffer.AsSpan(start, end - start).Contains((byte)'\n');

    /// <summary>The lines without their ends (LF or CRLF). A line's bytes are valid until the next is read.</summary>
    /// <exception cref="CommandException">The input is not UTF-8 as a whole, or a line does not end.</exception>
    public async IAsyncEnumerable<Line> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long number = 0;
        long position = await SkipByteOrderMarkAsync(cancellationToken);
        int searched = 0;
        while (true)
        {
            int length = buffer.AsSpan(start + searched, end - start - searched).IndexOf((byte)'\n');
            if (length >= 0)
            {
                length += searched;
                position += length + 1;
                number++;
                ReadOnlyMemory<byte> line = buffer.AsMemory(start, length);
                start += length + 1;
                searched = 0;
                yield return new Line(line.Span.EndsWith("\r"u8) ? line[..^1] : line, number, position);
                continue;
            }

            searched = end - start;
            if (searched >= LongestLine)
            {
                throw CommandException.Failed(
                    $"{source.Name}, line {number + 1}: the line is longer than {LongestLine >> 20} MB. Check that the format is what the file is in.");
            }

            if (await FillAsync(cancellationToken) == 0)
            {
                break;
            }
        }

        if (end > start)
        {
            yield return new Line(buffer.AsMemory(start, end - start), number + 1, position + end - start);
        }
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private async Task<int> SkipByteOrderMarkAsync(CancellationToken cancellationToken)
    {
        while (end < 3 && await FillAsync(cancellationToken) > 0)
        {
        }

        ReadOnlySpan<byte> first = buffer.AsSpan(0, end);
        if (first.StartsWith((byte[])[0xFF, 0xFE]) || first.StartsWith((byte[])[0xFE, 0xFF]))
        {
            throw CommandException.Failed($"{source.Name}, line 1: the text is UTF-16. Convert it to UTF-8, for instance with iconv.");
        }

        return start = first.StartsWith("\uFEFF"u8) ? 3 : 0;
    }

    // Moves what is left to the front, makes room where there is none, and reads once.
    private async ValueTask<int> FillAsync(CancellationToken cancellationToken)
    {
        buffer.AsSpan(start, end - start).CopyTo(buffer);
        (start, end) = (0, end - start);
        if (end == buffer.Length)
        {
            Array.Resize(ref buffer, buffer.Length * 2);
        }

        int read = await stream.ReadAsync(buffer.AsMemory(end), cancellationToken);
        end += read;
        return read;
    }
}

using System.Runtime.CompilerServices;

namespace Batching.Rows.Inputs;

/// <summary>The lines of a stream as bytes, so that each can be checked to be UTF-8 by itself. LF, CR and CRLF end a line.</summary>
internal sealed class LineReader : IAsyncDisposable
{
    /// <summary>The bytes that a line may have: one that does not end would otherwise fill the memory before anybody is told.</summary>
    public const int LongestLine = 1 << 26;

    // The longer ones first: UTF-16's is the beginning of UTF-32's.
    private static readonly (byte[] Bytes, string Encoding)[] ByteOrderMarks =
    [
        ([0xFF, 0xFE, 0, 0], "UTF-32"), ([0, 0, 0xFE, 0xFF], "UTF-32"), ([0xEF, 0xBB, 0xBF], "UTF-8"), ([0xFF, 0xFE], "UTF-16"), ([0xFE, 0xFF], "UTF-16"),
    ];

    private readonly InputSource source;
    private readonly int longest;
    private readonly bool mayHaveMark = true;
    private readonly Stream stream;
    private byte[] buffer;
    private int start;
    private int end;
    private bool hasEnded;

    /// <param name="source">What is read.</param>
    /// <param name="bufferSize">How many bytes are read at a time, to begin with.</param>
    /// <param name="longest">The bytes that a line may have.</param>
    /// <exception cref="RowsException">There is no such input, or it may not be read.</exception>
    public LineReader(InputSource source, int bufferSize = 1 << 16, int longest = LongestLine)
    {
        this.source = source;
        this.longest = longest;
        buffer = new byte[bufferSize];
        stream = source.OpenText();
        Length = stream.CanSeek ? stream.Length : null;
    }

    /// <param name="source">What it is a part of.</param>
    /// <param name="part">The part, of which the length is not asked. Closed with this.</param>
    /// <param name="mayHaveMark">Whether it begins where the file does, so that a byte order mark is no part of its first line.</param>
    public LineReader(InputSource source, Stream part, bool mayHaveMark)
    {
        this.source = source;
        this.mayHaveMark = mayHaveMark;
        longest = LongestLine;
        buffer = new byte[1 << 16];
        stream = part;
    }

    /// <summary>What messages call the input.</summary>
    public string Name => source.Name;

    /// <summary>The bytes of the stream, or null where that is not known.</summary>
    public long? Length { get; }

    /// <summary>The bytes that a line may have.</summary>
    public int Longest => longest;

    /// <summary>Whether the next line is in memory already, so that reading it waits for nobody.</summary>
    public bool HasBufferedLine => LengthOfLine(buffer.AsSpan(start, end - start)) >= 0;

    /// <summary>The lines without their ends. A line's bytes are valid until the next is read.</summary>
    /// <remarks>Of a line that is too long there is the beginning, at once; its rest is passed over when the next is asked for.</remarks>
    /// <exception cref="RowsException">The input is not UTF-8 as a whole.</exception>
    public async IAsyncEnumerable<Line> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        bool goesOn = false;
        await foreach (Line part in ReadPartsAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!goesOn)
            {
                yield return part;
            }

            goesOn = part.GoesOn;
        }
    }

    /// <summary>The lines, those that are too long in several parts.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public async IAsyncEnumerable<Line> ReadPartsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long number = 1;
        long position = await SkipByteOrderMarkAsync(cancellationToken).ConfigureAwait(false);
        int searched = 0;
        bool isBegun = false;
        while (true)
        {
            int length = buffer.AsSpan(start + searched, end - start - searched).IndexOfAny((byte)'\n', (byte)'\r');
            int known = length < 0 ? end - start : searched + length;
            if (known > longest)
            {
                ReadOnlyMemory<byte> part = buffer.AsMemory(start, longest);
                (start, position, searched, isBegun) = (start + longest, position + longest, 0, true);
                yield return new Line(part, number, position) { GoesOn = true };
            }
            else if (length >= 0 && LengthOfEnd(buffer.AsSpan(start + known, end - start - known)) is > 0 and var ending)
            {
                position += known + ending;
                var line = new Line(buffer.AsMemory(start, known), number++, position) { End = buffer.AsMemory(start + known, ending) };
                (start, searched, isBegun) = (start + known + ending, 0, false);
                yield return line;
            }
            else if (!hasEnded)
            {
                searched = known;
                await FillAsync(cancellationToken).ConfigureAwait(false);
            }
            else
            {
                break;
            }
        }

        if (end > start || isBegun)
        {
            yield return new Line(buffer.AsMemory(start, end - start), number, position + end - start);
        }
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private int LengthOfLine(ReadOnlySpan<byte> bytes)
    {
        int length = bytes.IndexOfAny((byte)'\n', (byte)'\r');
        return length >= 0 && LengthOfEnd(bytes[length..]) > 0 ? length : -1;
    }

    // How many of the bytes end a line; none where that depends on the byte after the CR.
    private int LengthOfEnd(ReadOnlySpan<byte> bytes) =>
        bytes[0] == '\n' ? 1
        : bytes.Length > 1 ? (bytes[1] == '\n' ? 2 : 1)
        : hasEnded ? 1 : 0;

    private async Task<int> SkipByteOrderMarkAsync(CancellationToken cancellationToken)
    {
        // No further than a mark may go: whoever asks with a line of a byte waits for the answer to it.
        while (mayHaveMark && !hasEnded && ByteOrderMarks.Any(mark => mark.Bytes.Length > end && mark.Bytes.AsSpan().StartsWith(buffer.AsSpan(0, end))))
        {
            await FillAsync(cancellationToken).ConfigureAwait(false);
        }

        if (!mayHaveMark)
        {
            return 0;
        }

        (byte[] bytes, string encoding) = Array.Find(ByteOrderMarks, mark => buffer.AsSpan(0, end).StartsWith(mark.Bytes));
        return encoding is null or "UTF-8"
            ? start = bytes?.Length ?? 0
            : throw RowsException.Failed($"{source.Name}, line 1: the text is {encoding}. Convert it to UTF-8, for instance with iconv.");
    }

    // Moves what is left to the front, makes room where there is none, and reads once.
    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        buffer.AsSpan(start, end - start).CopyTo(buffer);
        (start, end) = (0, end - start);
        if (end == buffer.Length)
        {
            Array.Resize(ref buffer, buffer.Length * 2);
        }

        int read = await stream.ReadAsync(buffer.AsMemory(end), cancellationToken).ConfigureAwait(false);
        end += read;
        hasEnded = read == 0;
    }
}

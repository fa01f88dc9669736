using System.Buffers;
using System.Runtime.CompilerServices;

namespace Batching.Rows.Inputs;

/// <summary>Lines joined to records: a line end within quotes is part of a field (RFC 4180).</summary>
internal sealed class CsvRecordReader(LineReader lines) : IAsyncDisposable
{
    private enum State
    {
        FieldStart,
        Unquoted,
        Quoted,

        /// <summary>After a quote within quotes, which is the end of the field or the first half of a quote in it.</summary>
        QuoteInQuoted,
    }

    /// <summary>What messages call the input.</summary>
    public string Name => lines.Name;

    /// <summary>The bytes of the input, or null where that is not known.</summary>
    public long? Length => lines.Length;

    /// <summary>The records without their line end; a record's number is that of its first line.</summary>
    /// <remarks>Of a record that is too long there is nothing but that, at once; what follows it is the record after it.</remarks>
    /// <inheritdoc cref="LineReader.ReadAsync"/>
    public async IAsyncEnumerable<Line> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var record = new ArrayBufferWriter<byte>();
        var state = State.FieldStart;
        bool isBegun = false;
        bool isTooLong = false;
        long number = 0;
        long position = 0;
        await foreach (Line part in lines.ReadPartsAsync(cancellationToken).ConfigureAwait(false))
        {
            number = isBegun ? number : part.Number;
            position = part.Position;
            state = After(part.Bytes.Span, state);
            bool goesOn = part.GoesOn || state == State.Quoted;
            if (!isBegun && !goesOn)
            {
                state = State.FieldStart;
                yield return part;
                continue;
            }

            isBegun = true;
            if (!isTooLong && (part.GoesOn || record.WrittenCount + part.Bytes.Length > lines.Longest))
            {
                isTooLong = true;
                yield return new Line(ReadOnlyMemory<byte>.Empty, number, position) { GoesOn = true };
            }
            else if (!isTooLong)
            {
                record.Write(part.Bytes.Span);
                record.Write(goesOn ? part.End.Span : []);
            }

            if (!goesOn)
            {
                if (!isTooLong)
                {
                    yield return new Line(record.WrittenMemory, number, position);
                }

                record.ResetWrittenCount();
                (state, isBegun, isTooLong) = (State.FieldStart, false, false);
            }
        }

        if (isBegun && !isTooLong)
        {
            // A quote that is never closed.
            yield return new Line(record.WrittenMemory, number, position);
        }
    }

    public ValueTask DisposeAsync() => lines.DisposeAsync();

    private static State After(ReadOnlySpan<byte> bytes, State state)
    {
        while (!bytes.IsEmpty)
        {
            int taken = 1;
            switch (state)
            {
                case State.FieldStart:
                    (state, taken) = bytes[0] == '"' ? (State.Quoted, 1) : (State.Unquoted, 0);
                    break;
                case State.QuoteInQuoted:
                    (state, taken) = bytes[0] == '"' ? (State.Quoted, 1) : (State.Unquoted, 0);
                    break;
                default:
                    int index = bytes.IndexOf((byte)(state == State.Quoted ? '"' : ','));
                    if (index < 0)
                    {
                        return state;
                    }

                    (state, taken) = (state == State.Quoted ? State.QuoteInQuoted : State.FieldStart, index + 1);
                    break;
            }

            bytes = bytes[taken..];
        }

        return state;
    }
}

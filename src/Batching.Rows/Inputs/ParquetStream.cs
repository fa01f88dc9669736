namespace Batching.Rows.Inputs;

/// <summary>A Parquet file with a checked index at its end. Reading on at its end is an error, which otherwise would have no end.</summary>
internal sealed class ParquetStream(Stream data, ParquetFooter footer) : Stream
{
    private readonly byte[] tail = footer.ToBytes();
    private long position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => footer.Start + tail.Length;

    public override long Position
    {
        get => position;
        set => Seek(value, SeekOrigin.Begin);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int read;
        if (position < footer.Start)
        {
            data.Position = position;
            read = data.Read(buffer[..(int)Math.Min(buffer.Length, footer.Start - position)]);
        }
        else
        {
            ReadOnlySpan<byte> rest = tail.AsSpan((int)Math.Min(tail.Length, position - footer.Start));
            read = Math.Min(buffer.Length, rest.Length);
            rest[..read].CopyTo(buffer);
        }

        position += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        Task.FromResult(Read(buffer, offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(buffer.Span));
    }

    public override int ReadByte()
    {
        Span<byte> one = stackalloc byte[1];
        return Read(one) == 1 ? one[0] : throw new EndOfStreamException("it ends where more has to be");
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        long sought = offset + origin switch
        {
            SeekOrigin.Begin => 0,
            SeekOrigin.Current => position,
            _ => Length,
        };
        return position = sought >= 0 && sought <= Length ? sought : throw new EndOfStreamException("a place in it lies beyond its end");
    }

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

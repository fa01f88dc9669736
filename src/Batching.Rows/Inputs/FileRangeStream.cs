namespace Batching.Rows.Inputs;

/// <summary>The beginning of a file, and behind it a part of the same file.</summary>
/// <param name="file">The file; closed with this.</param>
/// <param name="headLength">The bytes of its beginning.</param>
/// <param name="start">Where the part begins.</param>
/// <param name="end">Where the part has ended.</param>
internal sealed class FileRangeStream(Stream file, long headLength, long start, long end) : ReadOnlyStream
{
    private long position;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        bool isHead = position < headLength;
        long inFile = isHead ? position : start + position - headLength;
        if (file.Position != inFile)
        {
            file.Position = inFile;
        }

        int wanted = (int)Math.Min(buffer.Length, (isHead ? headLength : end) - inFile);
        int read = await file.ReadAsync(buffer[..wanted], cancellationToken).ConfigureAwait(false);
        position += read;
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            file.Dispose();
        }

        base.Dispose(disposing);
    }
}

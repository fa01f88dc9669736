using Batching.Rows.Files;
using ZstdSharp;

namespace Batching.Rows.Inputs;

/// <summary>The text of a stream that may be packed, which its first bytes tell. A packed one that is damaged or cut is an error, and never a shorter one.</summary>
/// <remarks>No more is waited for than it takes to tell: whoever writes a line may wait for the answer to it.</remarks>
/// <param name="source">The stream; belongs to this.</param>
/// <param name="name">What messages call it.</param>
/// <param name="expected">What the ending of its name says.</param>
internal sealed class UnpackedStream(Stream source, string name, Compression expected) : ReadOnlyStream
{
    private readonly byte[] mark = new byte[4];
    private Compression found;
    private Stream? content;
    private long unpacked;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        content ??= await OpenAsync(cancellationToken).ConfigureAwait(false);
        if (found == Compression.None)
        {
            return await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            int read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            unpacked += read;
            return read;
        }
        catch (EndOfStreamException exception)
        {
            throw Damaged("it is cut off", exception);
        }
        catch (Exception exception) when (IsOfContent(exception))
        {
            throw Damaged(exception is InvalidDataException ? exception.Message : "it is damaged", exception);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            content?.Dispose();
            source.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        int length = 0;
        for (int read = 1; read > 0 && Compressions.IsOpen(mark.AsSpan(0, length)); length += read)
        {
            read = await source.ReadAsync(mark.AsMemory(length), cancellationToken).ConfigureAwait(false);
        }

        found = Compressions.OfStart(mark.AsSpan(0, length));
        if (expected != Compression.None && found != expected)
        {
            throw RowsException.Failed(
                $"{name} is no {Compressions.NameOf(expected)}, as its ending says: {(length == 0 ? "it is empty" : "it does not begin so")}. Make it again, or name it as what it is.");
        }

        var whole = new PrefixedStream(mark.AsMemory(0, length), source);
        return found switch
        {
            Compression.Gzip => new GzipStream(whole),
            Compression.Zstandard => new DecompressionStream(whole, leaveOpen: false),
            _ => whole,
        };
    }

    // Whatever the libraries throw of damaged bytes, an index out of range among it; not what the system says of the source.
    private static bool IsOfContent(Exception exception) =>
        exception is not (OperationCanceledException or RowsException or IOException or UnauthorizedAccessException or ObjectDisposedException);

    private RowsException Damaged(string reason, Exception exception) => RowsException.Failed(
        $"{name} cannot be unpacked after {unpacked} bytes of text: {reason}. Make it again from what it was made of ({Compressions.NameOf(found)}).", exception);
}

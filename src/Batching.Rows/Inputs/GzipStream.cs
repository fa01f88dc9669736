using System.Buffers.Binary;
using ICSharpCode.SharpZipLib.Checksum;
using ICSharpCode.SharpZipLib.Zip.Compression;

namespace Batching.Rows.Inputs;

/// <summary>The members of a gzip stream, one after another, each whole and with its own checksum.</summary>
/// <remarks>
/// .NET's <see cref="System.IO.Compression.GZipStream"/> takes a stream that was cut for one that ends there, and passes over
/// what follows a member and is none; both would be rows that are silently missing.
/// </remarks>
internal sealed class GzipStream(Stream source) : ReadOnlyStream
{
    private const int TrailerLength = 8;
    private const byte Deflate = 8;
    private const byte ReservedFlags = 0xE0;

    private readonly Inflater inflater = new(noHeader: true);
    private readonly Crc32 crc = new();
    private readonly byte[] input = new byte[1 << 16];
    private int start;
    private int end;
    private bool isInMember;
    private bool hasEnded;
    private bool hadMember;
    private uint length;

    [Flags]
    private enum Flags : byte
    {
        HeaderChecksum = 2,
        Extra = 4,
        Name = 8,
        Comment = 16,
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // The inflater takes arrays.
        var unpacked = new byte[Math.Min(buffer.Length, 1 << 16)];
        while (!hasEnded && unpacked.Length > 0)
        {
            if (!isInMember)
            {
                await BeginMemberAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            int count = inflater.Inflate(unpacked, 0, unpacked.Length);
            if (count > 0)
            {
                crc.Update(new ArraySegment<byte>(unpacked, 0, count));
                length = unchecked(length + (uint)count);
                unpacked.AsSpan(0, count).CopyTo(buffer.Span);
                return count;
            }

            if (inflater.IsFinished)
            {
                start = end - inflater.RemainingInput;
                await EndMemberAsync(cancellationToken).ConfigureAwait(false);
            }
            else if (inflater.IsNeedingDictionary || !inflater.IsNeedingInput)
            {
                throw new InvalidDataException("it is damaged");
            }
            else
            {
                start = end;
                await DemandAsync(1, cancellationToken).ConfigureAwait(false);
                inflater.SetInput(input, start, end - start);
            }
        }

        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            source.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask BeginMemberAsync(CancellationToken cancellationToken)
    {
        if (!await FillAsync(1, cancellationToken).ConfigureAwait(false))
        {
            hasEnded = hadMember ? true : throw new EndOfStreamException();
            return;
        }

        if (hadMember && input[start] == 0)
        {
            await SkipPaddingAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        await DemandAsync(10, cancellationToken).ConfigureAwait(false);
        var flags = (Flags)input[start + 3];
        if (input[start] != 0x1F || input[start + 1] != 0x8B || input[start + 2] != Deflate || ((byte)flags & ReservedFlags) != 0)
        {
            throw new InvalidDataException(hadMember ? "what follows a part of it is no gzip" : "it does not begin as gzip does");
        }

        start += 10;
        await SkipFieldsAsync(flags, cancellationToken).ConfigureAwait(false);
        inflater.Reset();
        crc.Reset();
        length = 0;
        (isInMember, hadMember) = (true, true);
        if (end > start)
        {
            inflater.SetInput(input, start, end - start);
        }
    }

    private async ValueTask SkipFieldsAsync(Flags flags, CancellationToken cancellationToken)
    {
        if (flags.HasFlag(Flags.Extra))
        {
            await DemandAsync(2, cancellationToken).ConfigureAwait(false);
            int extra = BinaryPrimitives.ReadUInt16LittleEndian(input.AsSpan(start));
            start += 2;
            await SkipAsync(extra, cancellationToken).ConfigureAwait(false);
        }

        foreach (Flags text in new[] { Flags.Name, Flags.Comment })
        {
            for (bool isText = flags.HasFlag(text); isText; start++)
            {
                await DemandAsync(1, cancellationToken).ConfigureAwait(false);
                isText = input[start] != 0;
            }
        }

        await SkipAsync(flags.HasFlag(Flags.HeaderChecksum) ? 2 : 0, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask SkipAsync(int count, CancellationToken cancellationToken)
    {
        while (count > 0)
        {
            await DemandAsync(1, cancellationToken).ConfigureAwait(false);
            int skipped = Math.Min(count, end - start);
            (start, count) = (start + skipped, count - skipped);
        }
    }

    private async ValueTask EndMemberAsync(CancellationToken cancellationToken)
    {
        await DemandAsync(TrailerLength, cancellationToken).ConfigureAwait(false);
        uint expected = BinaryPrimitives.ReadUInt32LittleEndian(input.AsSpan(start));
        uint expectedLength = BinaryPrimitives.ReadUInt32LittleEndian(input.AsSpan(start + 4));
        if (expected != (uint)crc.Value || expectedLength != length)
        {
            throw new InvalidDataException("its checksum does not fit what is in it");
        }

        start += TrailerLength;
        isInMember = false;
    }

    // Tapes and some uploads fill their last block with zeros.
    private async ValueTask SkipPaddingAsync(CancellationToken cancellationToken)
    {
        while (await FillAsync(1, cancellationToken).ConfigureAwait(false))
        {
            if (input.AsSpan(start, end - start).ContainsAnyExcept((byte)0))
            {
                throw new InvalidDataException("what follows a part of it is no gzip");
            }

            start = end;
        }

        hasEnded = true;
    }

    private async ValueTask DemandAsync(int count, CancellationToken cancellationToken)
    {
        if (!await FillAsync(count, cancellationToken).ConfigureAwait(false))
        {
            throw new EndOfStreamException();
        }
    }

    private async ValueTask<bool> FillAsync(int count, CancellationToken cancellationToken)
    {
        if (end - start < count)
        {
            input.AsSpan(start, end - start).CopyTo(input);
            (start, end) = (0, end - start);
        }

        while (end - start < count)
        {
            int read = await source.ReadAsync(input.AsMemory(end), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return false;
            }

            end += read;
        }

        return true;
    }
}

using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using K4os.Compression.LZ4;

namespace Batching.Rows.Inputs;

/// <summary>Checks the pages of a column before the library reads them: their sizes and counts decide how much memory it takes.</summary>
internal sealed class ParquetPages(Stream stream, ParquetFooter footer)
{
    private const int ShortHeader = 1 << 10;
    private const int LongestHeader = 1 << 24;

    // Where rows are more than this, a bit each is the least that is believed.
    private const long ManyRows = 1 << 22;

    private static readonly string[] Codecs = ["none", "Snappy", "gzip", "LZO", "Brotli", "LZ4 in Hadoop's frames", "Zstandard", "LZ4"];

    // To how many bytes one can be decompressed at the most.
    private static readonly Dictionary<long, long> Ratios = new() { [0] = 1, [1] = 64, [2] = 1100, [4] = 1 << 20, [6] = 1 << 16, [7] = 256 };

    /// <summary>Whether the column is there and is of a compression that can be read, or why not.</summary>
    public string? ErrorOfCodec(int group, string[] path)
    {
        try
        {
            CheckCodec(ColumnOf(group, path));
            return null;
        }
        catch (InvalidDataException exception)
        {
            return exception.Message;
        }
    }

    /// <exception cref="InvalidDataException">The column is damaged, or cannot be read.</exception>
    /// <exception cref="EndOfStreamException">It goes on beyond the end of the file.</exception>
    public void Check(int group, string[] path)
    {
        ThriftStruct column = ColumnOf(group, path);
        CheckCodec(column);
        long rows = footer.RowGroups[group].Number(3);
        long values = column.Number(5);
        if (values != rows)
        {
            throw new InvalidDataException($"the column has {values} values for {rows} rows");
        }

        long start = new[] { column.NumberOrNull(11) ?? 0, column.Number(9), column.NumberOrNull(10) ?? 0 }.Where(offset => offset != 0).DefaultIfEmpty().Min();
        long position = start;
        bool hasDictionary = false;
        while (values > 0)
        {
            ThriftStruct page = ReadHeader(ref position);
            values -= ValuesOf(page, column, position, ref hasDictionary);
            position += page.Number(3);
        }

        if (values < 0)
        {
            throw new InvalidDataException("its pages have more values than the column");
        }

        if (rows > ManyRows && rows > 8 * (position - start))
        {
            throw new InvalidDataException($"the column would have {rows} values in {position - start} bytes");
        }
    }

    private static void CheckCodec(ThriftStruct column)
    {
        long codec = column.Number(4);
        if (!Ratios.ContainsKey(codec))
        {
            throw new InvalidDataException(
                $"it is compressed with {(codec >= 0 && codec < Codecs.Length ? Codecs[codec] : $"the codec {codec}")}, which is not supported; write it with Snappy, Zstandard, gzip or none");
        }
    }

    private ThriftStruct ColumnOf(int group, string[] path)
    {
        foreach (ThriftStruct chunk in footer.RowGroups[group].List(1).Structs)
        {
            ThriftStruct column = chunk.Struct(3);
            if (column.List(3).Values.Select(part => Encoding.UTF8.GetString((byte[])part!)).SequenceEqual(path, StringComparer.Ordinal))
            {
                return chunk.Has(1) ? throw new InvalidDataException("the column lies in another file") : column;
            }
        }

        throw new InvalidDataException("the column is not there");
    }

    private long ValuesOf(ThriftStruct page, ThriftStruct column, long position, ref bool hasDictionary)
    {
        long size = page.Number(3);
        long uncompressed = page.Number(2);
        if (size < 0 || size > footer.Start - position || uncompressed < 0 || uncompressed > (size + 64) * Ratios[column.Number(4)])
        {
            throw new InvalidDataException($"a page would have {size} bytes, and {uncompressed} when it is decompressed");
        }

        long values;
        long levels = 0;
        bool isCompressed = column.Number(4) != 0;
        switch (page.Number(1))
        {
            case 0:
                values = page.Struct(5).Number(1);
                break;
            case 2 when !hasDictionary:
                hasDictionary = true;
                long entries = page.Struct(7).Number(1);
                CheckCompressed(column.Number(4), position, size, uncompressed);
                return entries >= 0 && entries <= 8 * uncompressed ? 0 : throw new InvalidDataException($"a dictionary would have {entries} entries in {uncompressed} bytes");
            case 3:
                ThriftStruct header = page.Struct(8);
                (long definitions, long repetitions) = (header.Number(5), header.Number(6));
                if (definitions < 0 || repetitions < 0 || definitions + repetitions > Math.Min(size, uncompressed))
                {
                    throw new InvalidDataException("a page is shorter than what has to be in it");
                }

                values = header.Number(1);
                if (header.Number(2) < 0 || header.Number(2) > values)
                {
                    throw new InvalidDataException("a page has more nulls than values");
                }

                levels = definitions + repetitions;
                isCompressed &= header.Flag(7) ?? true;
                break;
            default:
                throw new InvalidDataException($"it has a page of type {page.Number(1)} where there is none");
        }

        if (values < 0)
        {
            throw new InvalidDataException("a page has fewer values than none");
        }

        CheckCompressed(isCompressed ? column.Number(4) : 0, position + levels, size - levels, uncompressed - levels);
        return values;
    }

    // What a decompressor takes from the data itself.
    private void CheckCompressed(long codec, long position, long size, long uncompressed)
    {
        if (codec == 0 && size != uncompressed)
        {
            throw new InvalidDataException($"a page that is not compressed has {size} bytes and should have {uncompressed}");
        }

        Span<byte> beginning = stackalloc byte[32];
        stream.Position = position;
        beginning = beginning[..stream.ReadAtLeast(beginning[..(int)Math.Min(size, beginning.Length)], (int)Math.Min(size, beginning.Length), throwOnEndOfStream: false)];
        if (codec == 1 && SnappyLength(beginning) != uncompressed)
        {
            throw new InvalidDataException("a page is not what Snappy makes of its content");
        }

        // Of these two the library does not look whether they could be decompressed, and goes on with what was in its memory.
        if (codec is 4 or 7 && !Decompresses(codec, position, (int)size, (int)uncompressed))
        {
            throw new InvalidDataException("a page cannot be decompressed");
        }

        if (codec == 6 && ZstandardLength(beginning) is { } length && length != (ulong)uncompressed)
        {
            throw new InvalidDataException("a page is not what Zstandard makes of its content");
        }
    }

    private bool Decompresses(long codec, long position, int size, int uncompressed)
    {
        byte[] page = new byte[size];
        byte[] content = new byte[uncompressed];
        stream.Position = position;
        stream.ReadExactly(page);
        int written = codec == 7 ? LZ4Codec.Decode(page, content)
            : BrotliDecoder.TryDecompress(page, content, out int bytes) ? bytes
            : -1;
        return written == uncompressed;
    }

    private static long SnappyLength(ReadOnlySpan<byte> bytes)
    {
        long length = 0;
        for (int index = 0; index < bytes.Length && index < 5; index++)
        {
            length |= (long)(bytes[index] & 0x7F) << (7 * index);
            if (bytes[index] < 0x80)
            {
                return length;
            }
        }

        return -1;
    }

    // The content's size in a frame's header (RFC 8878, 3.1.1.1); null where there is none.
    private static ulong? ZstandardLength(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 6 || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != 0xFD2FB528)
        {
            return null;
        }

        int descriptor = bytes[4];
        bool isSingle = (descriptor & 0x20) != 0;
        ReadOnlySpan<byte> field = bytes[(5 + (isSingle ? 0 : 1) + ((descriptor & 3) switch { 3 => 4, var size => size }))..];
        return (descriptor >> 6) switch
        {
            0 when !isSingle => null,
            0 when field.Length >= 1 => field[0],
            1 when field.Length >= 2 => BinaryPrimitives.ReadUInt16LittleEndian(field) + 256UL,
            2 when field.Length >= 4 => BinaryPrimitives.ReadUInt32LittleEndian(field),
            3 when field.Length >= 8 => BinaryPrimitives.ReadUInt64LittleEndian(field),
            _ => null,
        };
    }

    // Moves the position to the page's data.
    private ThriftStruct ReadHeader(ref long position)
    {
        if (position < 4 || position >= footer.Start)
        {
            throw new EndOfStreamException("a page lies beyond the data");
        }

        for (int size = ShortHeader; ; size *= 16)
        {
            byte[] bytes = new byte[(int)Math.Min(size, footer.Start - position)];
            stream.Position = position;
            stream.ReadExactly(bytes);
            var reader = new ThriftReader(bytes);
            ThriftStruct page;
            try
            {
                page = reader.ReadStruct();
            }
            catch (EndOfStreamException) when (size < LongestHeader && bytes.Length == size)
            {
                continue;
            }

            // The library does not pass over structures that it does not know.
            if (page.Fields.Any(field => field.Id > 8 && field.Type >= ThriftType.List))
            {
                throw new InvalidDataException("a page has a field that is not known");
            }

            ParquetShapes.Page.Cut(page);
            position += reader.Position;
            return page;
        }
    }
}

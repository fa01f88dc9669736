using System.Buffers;
using System.Buffers.Binary;

namespace Batching.Rows.Inputs;

/// <summary>A file's index, read and checked here before a library takes it at its word.</summary>
/// <param name="Start">Where in the file the index begins, and the data end.</param>
/// <param name="File">The index.</param>
internal sealed record ParquetFooter(long Start, ThriftStruct File)
{
    // A million columns in a thousand row groups have less.
    private const int Longest = 1 << 28;

    // What pyarrow once made of everything; more is no row group that could be held in memory.
    private const long MostRows = 1 << 26;

    private const int DeepestColumn = 32;
    private const int ByteArray = 6;

    /// <summary>The row groups.</summary>
    public IReadOnlyList<ThriftStruct> RowGroups { get; } = [.. File.List(4).Structs];

    /// <exception cref="InvalidDataException">It is no index of a Parquet file.</exception>
    public static async Task<ParquetFooter> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        byte[] ends = new byte[12];
        if (stream.Length < ends.Length)
        {
            throw new InvalidDataException("it is too short");
        }

        stream.Position = 0;
        await stream.ReadExactlyAsync(ends.AsMemory(0, 4), cancellationToken).ConfigureAwait(false);
        stream.Position = stream.Length - 8;
        await stream.ReadExactlyAsync(ends.AsMemory(4), cancellationToken).ConfigureAwait(false);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(ends.AsSpan(4));
        if (!ends.AsSpan(0, 4).SequenceEqual("PAR1"u8) || !ends.AsSpan(8).SequenceEqual("PAR1"u8))
        {
            throw new InvalidDataException("it does not begin and end with PAR1, as a whole Parquet file that is not encrypted does");
        }

        long start = stream.Length - 8 - length;
        if (start < 4 || length > Longest)
        {
            throw new InvalidDataException($"its index would have {length} bytes");
        }

        byte[] footer = new byte[length];
        stream.Position = start;
        await stream.ReadExactlyAsync(footer, cancellationToken).ConfigureAwait(false);
        var reader = new ThriftReader(footer);
        ThriftStruct file = reader.ReadStruct();
        ParquetShapes.File.Cut(file);
        CheckSchema([.. file.List(2).Structs]);
        CheckRows(file);
        return new ParquetFooter(start, file);
    }

    /// <summary>The index as the end of a file, for the library to read.</summary>
    public byte[] ToBytes()
    {
        var output = new ArrayBufferWriter<byte>();
        ThriftWriter.Write(output, File);
        BinaryPrimitives.WriteInt32LittleEndian(output.GetSpan(4), output.WrittenCount);
        output.Advance(4);
        output.Write("PAR1"u8);
        return output.WrittenSpan.ToArray();
    }

    private static void CheckSchema(ThriftStruct[] elements)
    {
        // The children that are still to come, of every element around this one.
        var open = new Stack<long>([1]);
        foreach (ThriftStruct element in elements)
        {
            while (open.TryPeek(out long left) && left == 0)
            {
                open.Pop();
            }

            long children = element.NumberOrNull(5) ?? 0;
            if (open.Count is 0 or > DeepestColumn || children < 0 || children > elements.Length)
            {
                throw new InvalidDataException("its columns do not make a tree");
            }

            open.Push(open.Pop() - 1);
            open.Push(children);

            // Texts are read as bytes, so that those which are not UTF-8 are found.
            if (element.NumberOrNull(1) == ByteArray
                && (element.NumberOrNull(6) is 0 or 4 or 19 or 20 || (element.Has(10) && element.Struct(10).Fields.Any(type => type.Id is 1 or 4 or 12 or 13))))
            {
                element.Remove(6);
                element.Remove(10);
            }
        }

        if (elements.Length < 2 || open.Any(left => left != 0))
        {
            throw new InvalidDataException("its columns do not make a tree");
        }
    }

    private static void CheckRows(ThriftStruct file)
    {
        long rows = 0;
        foreach (ThriftStruct group in file.List(4).Structs)
        {
            long count = group.Number(3);
            if (count is < 0 or > MostRows)
            {
                throw new InvalidDataException($"a row group would have {count} rows, and the most that are read at a time are {MostRows}");
            }

            rows += count;
        }

        if (rows != file.Number(3))
        {
            throw new InvalidDataException($"it has {file.Number(3)} rows by one count and {rows} by another");
        }
    }
}

using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Batching.Rows.Inputs;

namespace Batching.Rows.Tests.Inputs;

/// <summary>A Parquet file of one column 'text', or 'doc.text', of several pages, byte by byte after the specification.</summary>
internal static class ParquetFile
{
    /// <param name="pages">The values of each page, with the definition level of those that are null.</param>
    /// <param name="isNested">Whether the column lies in a group that may be null too.</param>
    /// <param name="isSecondVersion">Whether the pages are of version 2.</param>
    public static byte[] Write((byte[]? Text, byte Level)[][] pages, bool isNested, bool isSecondVersion)
    {
        var file = new ArrayBufferWriter<byte>();
        file.Write("PAR1"u8);
        byte deepest = isNested ? (byte)2 : (byte)1;
        foreach ((byte[]? Text, byte Level)[] page in pages)
        {
            byte[] levels = [.. page.SelectMany(value => new byte[] { 2, value.Text is null ? value.Level : deepest })];
            byte[] values = [.. page.Where(value => value.Text is not null).SelectMany(value => (byte[])[.. Int32(value.Text!.Length), .. value.Text])];
            byte[] content = [.. isSecondVersion ? [] : Int32(levels.Length), .. levels, .. values];
            ThriftStruct header = Numbers((1, isSecondVersion ? 3 : 0), (2, content.Length), (3, content.Length));
            header.Set(isSecondVersion ? (short)8 : (short)5, ThriftType.Struct, isSecondVersion
                ? Numbers((1, page.Length), (2, page.Count(value => value.Text is null)), (3, page.Length), (4, 0), (5, levels.Length), (6, 0))
                : Numbers((1, page.Length), (2, 0), (3, 3), (4, 3)));
            ThriftWriter.Write(file, header);
            file.Write(content);
        }

        Finish(file, pages.Sum(page => page.Length), isNested);
        return file.WrittenSpan.ToArray();
    }

    /// <summary>What a file begins with, and an index after it.</summary>
    public static byte[] WithFooter(byte[] data, byte[] footer) => [.. "PAR1"u8, .. data, .. footer, .. Int32(footer.Length), .. "PAR1"u8];

    private static void Finish(ArrayBufferWriter<byte> file, int rows, bool isNested)
    {
        int start = file.WrittenCount;
        ThriftStruct column = Numbers((1, 6), (4, 0));
        column.Set(2, ThriftType.List, new ThriftList(ThriftType.Int32, [0L, 3L]));
        column.Set(3, ThriftType.List, new ThriftList(ThriftType.Binary, [.. (isNested ? ["doc", "text"] : new[] { "text" }).Select(Encoding.UTF8.GetBytes)]));
        Longs(column, (5, rows), (6, start - 4), (7, start - 4), (9, 4));
        var chunk = new ThriftStruct();
        Longs(chunk, (2, 4));
        chunk.Set(3, ThriftType.Struct, column);
        var group = new ThriftStruct();
        group.Set(1, ThriftType.List, new ThriftList(ThriftType.Struct, [chunk]));
        Longs(group, (2, start - 4), (3, rows));
        ThriftStruct[] schema =
        [
            Named("schema", (5, 1)),
            .. isNested ? [Named("doc", (3, 1), (5, 1))] : Array.Empty<ThriftStruct>(),
            Named("text", (1, 6), (3, 1), (6, 0)),
        ];
        ThriftStruct footer = Numbers((1, 2));
        footer.Set(2, ThriftType.List, new ThriftList(ThriftType.Struct, schema));
        Longs(footer, (3, rows));
        footer.Set(4, ThriftType.List, new ThriftList(ThriftType.Struct, rows == 0 ? [] : [group]));
        ThriftWriter.Write(file, footer);
        file.Write(Int32(file.WrittenCount - start));
        file.Write("PAR1"u8);
    }

    private static byte[] Int32(int value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static ThriftStruct Named(string name, params (short Id, long Value)[] fields)
    {
        ThriftStruct result = Numbers(fields);
        result.Set(4, ThriftType.Binary, Encoding.UTF8.GetBytes(name));
        return result;
    }

    private static ThriftStruct Numbers(params (short Id, long Value)[] fields)
    {
        var result = new ThriftStruct();
        foreach ((short id, long value) in fields)
        {
            result.Set(id, ThriftType.Int32, value);
        }

        return result;
    }

    private static void Longs(ThriftStruct result, params (short Id, long Value)[] fields)
    {
        foreach ((short id, long value) in fields)
        {
            result.Set(id, ThriftType.Int64, value);
        }
    }
}

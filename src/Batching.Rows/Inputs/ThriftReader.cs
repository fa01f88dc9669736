namespace Batching.Rows.Inputs;

/// <summary>Reads structs of Thrift's compact protocol: within their bytes, to a depth, and in the memory that the bytes are worth.</summary>
/// <param name="bytes">The bytes, from the beginning of a struct.</param>
internal ref struct ThriftReader(ReadOnlySpan<byte> bytes)
{
    // Parquet's structures are eight deep.
    private const int Deepest = 24;

    private readonly ReadOnlySpan<byte> bytes = bytes;

    /// <summary>How many bytes are read.</summary>
    public int Position { get; private set; }

    /// <exception cref="EndOfStreamException">The struct goes on beyond the bytes.</exception>
    /// <exception cref="InvalidDataException">It is no struct.</exception>
    public ThriftStruct ReadStruct() => ReadStruct(0);

    private ThriftStruct ReadStruct(int depth)
    {
        if (depth > Deepest)
        {
            throw new InvalidDataException("its structures are nested too deep");
        }

        var result = new ThriftStruct();
        short id = 0;
        while (ReadByte() is not 0 and var header)
        {
            id = (short)(header >> 4 == 0 ? ReadNumber() : id + (header >> 4));
            var type = (ThriftType)(header & 0xF);
            result.Set(id, type, type is ThriftType.True or ThriftType.False ? type == ThriftType.True : ReadValue(type, depth));
        }

        return result;
    }

    private object? ReadValue(ThriftType type, int depth)
    {
        switch (type)
        {
            case ThriftType.True or ThriftType.False:
                return ReadByte() == (byte)ThriftType.True;
            case ThriftType.Byte:
                return (long)(sbyte)ReadByte();
            case ThriftType.Int16 or ThriftType.Int32 or ThriftType.Int64:
                return ReadNumber();
            case ThriftType.Double:
                return Take(8).ToArray();
            case ThriftType.Uuid:
                return Take(16).ToArray();
            case ThriftType.Binary:
                return Take(ReadVariable()).ToArray();
            case ThriftType.List or ThriftType.Set:
                return ReadList(depth);
            case ThriftType.Map:
                return ReadMap(depth);
            case ThriftType.Struct:
                return ReadStruct(depth + 1);
            default:
                throw new InvalidDataException($"a structure has a value of type {(byte)type}, which there is not");
        }
    }

    private ThriftList ReadList(int depth)
    {
        if (depth > Deepest)
        {
            throw new InvalidDataException("its structures are nested too deep");
        }

        byte header = ReadByte();
        var type = (ThriftType)(header & 0xF);
        int count = Count(header >> 4 == 15 ? ReadVariable() : (ulong)(header >> 4));
        var values = new object?[count];
        for (int index = 0; index < count; index++)
        {
            values[index] = ReadValue(type, depth + 1);
        }

        return new ThriftList(type, values);
    }

    private object? ReadMap(int depth)
    {
        if (depth > Deepest)
        {
            throw new InvalidDataException("its structures are nested too deep");
        }

        int count = Count(ReadVariable());
        byte types = count == 0 ? (byte)0 : ReadByte();
        for (int index = 0; index < count; index++)
        {
            ReadValue((ThriftType)(types >> 4), depth + 1);
            ReadValue((ThriftType)(types & 0xF), depth + 1);
        }

        return null;
    }

    // Every element takes a byte at least.
    private readonly int Count(ulong count) => count <= (ulong)(bytes.Length - Position) ? (int)count : throw Ends();

    private byte ReadByte() => Take(1)[0];

    private long ReadNumber()
    {
        ulong number = ReadVariable();
        return (long)(number >> 1) ^ -(long)(number & 1);
    }

    private ulong ReadVariable()
    {
        ulong number = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            byte next = ReadByte();
            number |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return number;
            }
        }

        throw new InvalidDataException("a number in a structure does not end");
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)(bytes.Length - Position))
        {
            throw Ends();
        }

        ReadOnlySpan<byte> taken = bytes.Slice(Position, (int)count);
        Position += (int)count;
        return taken;
    }

    private static EndOfStreamException Ends() => new("a structure goes on beyond its end");
}

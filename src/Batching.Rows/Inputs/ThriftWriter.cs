using System.Buffers;

namespace Batching.Rows.Inputs;

/// <summary>Writes structs in Thrift's compact protocol.</summary>
internal static class ThriftWriter
{
    public static void Write(IBufferWriter<byte> output, ThriftStruct value)
    {
        foreach ((short id, ThriftType type, object? field) in value.Fields)
        {
            bool isFlag = type is ThriftType.True or ThriftType.False;
            Write(output, (byte)type);
            Write(output, id);
            if (!isFlag)
            {
                Write(output, type, field);
            }
        }

        Write(output, (byte)0);
    }

    private static void Write(IBufferWriter<byte> output, ThriftType type, object? value)
    {
        switch (value)
        {
            case bool flag:
                Write(output, (byte)(flag ? ThriftType.True : ThriftType.False));
                break;
            case long number when type == ThriftType.Byte:
                Write(output, (byte)number);
                break;
            case long number:
                Write(output, number);
                break;
            case byte[] bytes:
                WriteVariable(output, (ulong)bytes.Length);
                output.Write(bytes);
                break;
            case ThriftStruct inner:
                Write(output, inner);
                break;
            case ThriftList list:
                Write(output, (byte)(0xF0 | (byte)list.Type));
                WriteVariable(output, (ulong)list.Values.Count);
                foreach (object? element in list.Values)
                {
                    Write(output, list.Type, element);
                }

                break;
            default:
                throw new InvalidOperationException($"A value of type {type} is not written.");
        }
    }

    private static void Write(IBufferWriter<byte> output, byte value) => output.Write([value]);

    private static void Write(IBufferWriter<byte> output, long value) => WriteVariable(output, (ulong)((value << 1) ^ (value >> 63)));

    private static void WriteVariable(IBufferWriter<byte> output, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            Write(output, (byte)(value | 0x80));
        }

        Write(output, (byte)value);
    }
}

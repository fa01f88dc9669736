namespace Batching.Graphs;

/// <summary>The outermost fields of a file, passed over without their content: whether it is worth the memory to read it.</summary>
internal static class OnnxOutline
{
    // Tags and numbers have at most so many bytes, seven bits in each.
    private const int LongestNumber = 10;

    /// <summary>Whether the file is made of fields as a model's is, as far as that shows without reading what is in them.</summary>
    /// <param name="file">The file, from its start; where it stands afterwards is not said.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static bool IsPlausible(Stream file)
    {
        long length = file.Length;
        long position = 0;
        var start = new byte[2 * LongestNumber];
        int first = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (start.AsSpan(0, first) is [_, _, _, _, (byte)'O', (byte)'R', (byte)'T', (byte)'M', ..])
        {
            // In a format of ONNX Runtime's own, which it reads itself.
            return true;
        }

        while (position < length)
        {
            file.Position = position;
            ReadOnlySpan<byte> read = start.AsSpan(0, file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false));
            if (!TryReadNumber(ref read, ref position, out ulong tag) || tag >> 3 == 0)
            {
                return false;
            }

            ulong content = 0;
            switch ((WireType)(tag & 7))
            {
                case WireType.Varint when !TryReadNumber(ref read, ref position, out _):
                case WireType.Bytes when !TryReadNumber(ref read, ref position, out content):
                    return false;
                case WireType.Fixed64:
                    content = sizeof(ulong);
                    break;
                case WireType.Fixed32:
                    content = sizeof(uint);
                    break;
                case WireType.Varint or WireType.Bytes:
                    break;
                default:
                    // Groups: whoever reads them tells.
                    return true;
            }

            if (content > (ulong)(length - position))
            {
                return false;
            }

            position += (long)content;
        }

        return true;
    }

    private static bool TryReadNumber(ref ReadOnlySpan<byte> bytes, ref long position, out ulong number)
    {
        number = 0;
        for (int i = 0; i < Math.Min(bytes.Length, LongestNumber); i++)
        {
            number |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                position += i + 1;
                return true;
            }
        }

        return false;
    }
}

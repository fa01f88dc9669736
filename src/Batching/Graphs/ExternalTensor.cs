namespace Batching.Graphs;

/// <summary>What an .onnx file says of a tensor whose numbers are in a file beside it. Nothing of it is checked.</summary>
/// <param name="Name">The tensor's name; empty where it has none.</param>
/// <param name="Location">The path of the file, from the folder of the .onnx file; null where it is not said.</param>
/// <param name="Offset">The first byte, in digits; null for the start of the file.</param>
/// <param name="Length">How many bytes, in digits; null where the tensor's shape says it.</param>
/// <param name="Size">How many bytes a tensor of its shape and type has; null where that is not known.</param>
internal sealed record ExternalTensor(string Name, string? Location, string? Offset, string? Length, long? Size)
{
    public const string LocationKey = "location";
    public const string OffsetKey = "offset";
    public const string LengthKey = "length";

    public const int KeyField = 1;
    public const int ValueField = 2;

    // The bits of a number, by the type's number in the format; 0 for texts.
    private static readonly byte[] BitsOfTypes =
        [0, 32, 8, 8, 16, 16, 32, 64, 0, 8, 16, 64, 32, 64, 64, 128, 16, 8, 8, 8, 8, 4, 4, 4, 8, 2, 2];

    /// <param name="name">The tensor's name.</param>
    /// <param name="dimensions">The tensor's dimensions.</param>
    /// <param name="type">The type of its numbers.</param>
    /// <param name="entries">The messages that say where they are.</param>
    /// <exception cref="InvalidDataException">A message is damaged, or one says another thing than another.</exception>
    public static ExternalTensor Read(string name, IReadOnlyList<long> dimensions, int type, IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        string? location = null;
        string? offset = null;
        string? length = null;
        foreach (ReadOnlyMemory<byte> entry in entries)
        {
            (string key, string value) = ReadEntry(entry);
            switch (key)
            {
                case LocationKey:
                    Set(ref location, value);
                    break;
                case OffsetKey:
                    Set(ref offset, value);
                    break;
                case LengthKey:
                    Set(ref length, value);
                    break;
                default:
                    break;
            }
        }

        return new ExternalTensor(name, location, offset, length, SizeOf(dimensions, type));

        static void Set(ref string? known, string value) =>
            known = known is null ? value : throw new InvalidDataException("A tensor says twice where its numbers are.");
    }

    private static (string Key, string Value) ReadEntry(ReadOnlyMemory<byte> message)
    {
        string key = "";
        string value = "";
        foreach (ProtobufField field in ProtobufField.Of(message).Where(field => field.HasContent))
        {
            if (field.Number == KeyField)
            {
                key = field.Text();
            }
            else if (field.Number == ValueField)
            {
                value = field.Text();
            }
        }

        return (key, value);
    }

    private static long? SizeOf(IReadOnlyList<long> dimensions, int type)
    {
        if (type < 0 || type >= BitsOfTypes.Length || BitsOfTypes[type] == 0)
        {
            return null;
        }

        Int128 count = 1;
        foreach (long dimension in dimensions)
        {
            if (dimension < 0)
            {
                return null;
            }

            // What does not fit into a long needs no exact number to be refused.
            count = Int128.Min(count * dimension, long.MaxValue);
        }

        return (long)Int128.Min(((count * BitsOfTypes[type]) + 7) / 8, long.MaxValue);
    }
}

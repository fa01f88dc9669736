using System.Globalization;
using Google.Protobuf;

namespace Batching.Folders;

/// <summary>What an .onnx file says of a tensor whose numbers are in a file beside it. Nothing of it is checked.</summary>
/// <param name="Name">The tensor's name; empty where it has none.</param>
/// <param name="Location">The path of the file, from the folder of the .onnx file; null where it is not said.</param>
/// <param name="Offset">The first byte, in digits; null for the start of the file.</param>
/// <param name="Length">How many bytes, in digits; null where the tensor's shape says it.</param>
/// <param name="Size">How many bytes a tensor of its shape and type has; null where that is not known.</param>
internal sealed record ExternalTensor(string Name, string? Location, string? Offset, string? Length, long? Size)
{
    /// <summary>The field of a tensor's message that holds its numbers as bytes.</summary>
    public const int RawDataField = 9;

    private const int External = 1;
    private const int DimensionsField = 1;
    private const int TypeField = 2;
    private const int NameField = 8;
    private const int ExternalDataField = 13;
    private const int LocationField = 14;
    private const int KeyField = 1;
    private const int ValueField = 2;

    // The bits of a number, by the type's number in the format; 0 for texts.
    private static readonly byte[] BitsOfTypes =
        [0, 32, 8, 8, 16, 16, 32, 64, 0, 8, 16, 64, 32, 64, 64, 128, 16, 8, 8, 8, 8, 4, 4, 4, 8, 2, 2];

    /// <summary>Reads the message of a tensor; null for one that holds its numbers itself.</summary>
    /// <exception cref="InvalidDataException">The message is damaged.</exception>
    public static ExternalTensor? Read(ReadOnlyMemory<byte> message)
    {
        string name = "";
        bool isExternal = false;
        List<long> dimensions = [];
        ulong type = 0;
        var entries = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (ProtobufField field in ProtobufField.Of(message))
        {
            switch (field.Number)
            {
                case DimensionsField:
                    dimensions.AddRange(field.Integers());
                    break;
                case TypeField:
                    type = field.Value;
                    break;
                case NameField:
                    name = field.Text();
                    break;
                case ExternalDataField:
                    ReadEntry(field.Content, entries);
                    break;
                case LocationField:
                    isExternal = (int)field.Value == External;
                    break;
                default:
                    break;
            }
        }

        return !isExternal ? null : new ExternalTensor(
            name, entries.GetValueOrDefault("location"), entries.GetValueOrDefault("offset"), entries.GetValueOrDefault("length"), SizeOf(dimensions, type));
    }

    /// <summary>Whether a field of a tensor's message is of its numbers or says where they are.</summary>
    public static bool IsOfNumbers(int field) => field is 3 or 4 or 5 or 6 or 7 or 9 or 10 or 11 or ExternalDataField or LocationField;

    /// <summary>The message of a tensor that has its numbers in another file.</summary>
    /// <param name="message">The tensor's message.</param>
    /// <param name="location">The path of the file.</param>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">How many bytes.</param>
    public static byte[] Refer(ReadOnlyMemory<byte> message, string location, long offset, long length)
    {
        using var written = new MemoryStream();
        foreach (ProtobufField field in ProtobufField.Of(message).Where(field => !IsOfNumbers(field.Number)))
        {
            written.Write(field.Whole.Span);
        }

        using var output = new CodedOutputStream(written, leaveOpen: true);
        output.WriteTag(LocationField, WireFormat.WireType.Varint);
        output.WriteInt32(External);
        WriteEntry("location", location);
        WriteEntry("offset", offset.ToString(CultureInfo.InvariantCulture));
        WriteEntry("length", length.ToString(CultureInfo.InvariantCulture));
        output.Flush();
        return written.ToArray();

        void WriteEntry(string key, string value)
        {
            output.WriteTag(ExternalDataField, WireFormat.WireType.LengthDelimited);
            output.WriteLength(LengthOf(key) + LengthOf(value));
            output.WriteTag(KeyField, WireFormat.WireType.LengthDelimited);
            output.WriteString(key);
            output.WriteTag(ValueField, WireFormat.WireType.LengthDelimited);
            output.WriteString(value);
        }

        static int LengthOf(string text) => 1 + CodedOutputStream.ComputeStringSize(text);
    }

    private static void ReadEntry(ReadOnlyMemory<byte> message, Dictionary<string, string> entries)
    {
        string key = "";
        string value = "";
        foreach (ProtobufField field in ProtobufField.Of(message))
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

        if (!entries.TryAdd(key, value))
        {
            throw new InvalidDataException("A tensor says twice where its numbers are.");
        }
    }

    private static long? SizeOf(List<long> dimensions, ulong type)
    {
        if (type >= (ulong)BitsOfTypes.Length || BitsOfTypes[type] == 0)
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

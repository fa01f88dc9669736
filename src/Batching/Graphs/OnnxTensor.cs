using System.Buffers.Binary;
using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Batching.Graphs;

/// <summary>A constant: what the file says of it. Its numbers are read when they are asked for.</summary>
internal sealed class OnnxTensor : OnnxMessage
{
    private const int DimensionsField = 1;
    private const int TypeField = 2;
    private const int FloatsField = 4;
    private const int SmallIntegersField = 5;
    private const int IntegersField = 7;
    private const int NameField = 8;
    private const int RawField = 9;
    private const int ExternalField = 13;
    private const int LocationField = 14;
    private const int External = 1;

    // Far more than any operator takes.
    private const int MostDimensions = 1000;

    private readonly List<long> dimensions = [];

    public OnnxTensor(IReadOnlyList<OnnxPiece> pieces)
        : base(OnnxMessageKind.Tensor, pieces)
    {
        bool isExternal = false;
        List<ReadOnlyMemory<byte>> entries = [];
        foreach (ProtobufField field in Fields)
        {
            switch (field.Number)
            {
                case DimensionsField when field.Type is WireType.Varint or WireType.Bytes:
                    dimensions.AddRange(field.Integers().Take(MostDimensions + 1));
                    if (dimensions.Count > MostDimensions)
                    {
                        throw new InvalidDataException("A tensor has too many dimensions.");
                    }

                    break;
                case TypeField when field.Type == WireType.Varint:
                    Type = (ElementType)(int)field.Value;
                    break;
                case NameField when field.HasContent:
                    Name = field.Text();
                    break;
                case LocationField when field.Type == WireType.Varint:
                    isExternal = (int)field.Value == External;
                    break;
                case ExternalField when field.HasContent:
                    entries.Add(field.Content);
                    break;
                case RawField when field.HasContent:
                    Raw = field.Content;
                    break;
                default:
                    break;
            }
        }

        foreach (OnnxPiece piece in pieces.Where(piece => piece.Number == RawField))
        {
            Raw = piece.Part.Bytes;
        }

        Place = isExternal ? ExternalTensor.Read(Name, dimensions, (int)Type, entries) : null;
    }

    /// <summary>A tensor that is in no file. Its numbers are not copied.</summary>
    public static OnnxTensor Make(string name, ElementType type, ReadOnlySpan<long> dimensions, ReadOnlyMemory<byte> numbers)
    {
        var writer = new ProtobufWriter();
        foreach (long dimension in dimensions)
        {
            writer.Add(DimensionsField, dimension);
        }

        writer.Add(TypeField, (long)type).Add(NameField, name);
        return new OnnxTensor([new OnnxPiece(writer.Written), new OnnxPiece(RawField, new OnnxPart(numbers))]);
    }

    /// <summary>A vector of int64 that is in no file.</summary>
    public static OnnxTensor Make(string name, params ReadOnlySpan<long> values)
    {
        var raw = new byte[values.Length * sizeof(long)];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(raw.AsSpan(i * sizeof(long)), values[i]);
        }

        return Make(name, ElementType.Int64, [values.Length], raw);
    }

    /// <summary>Its name; empty where it has none.</summary>
    public string Name { get; } = "";

    /// <summary>The type of its numbers.</summary>
    public ElementType Type { get; }

    /// <summary>Its dimensions; none for a scalar.</summary>
    public IReadOnlyList<long> Dimensions => dimensions;

    /// <summary>Where its numbers are, if they are in a file of their own.</summary>
    public ExternalTensor? Place { get; }

    /// <summary>Its numbers as bytes; null where they are stored otherwise.</summary>
    public ReadOnlyMemory<byte>? Raw { get; }

    /// <summary>Whether it is one number, whatever its rank.</summary>
    public bool IsSingle => dimensions.TrueForAll(size => size == 1);

    /// <summary>Whether it spreads over the last axis only: all dimensions before it are 1.</summary>
    public bool IsAlongLastAxis => dimensions.SkipLast(1).All(size => size == 1);

    /// <summary>Its value, where it is a single int64 that is not in a file of its own.</summary>
    /// <exception cref="InvalidDataException">Its numbers are damaged.</exception>
    public long? Integer()
    {
        if (Place is not null || Type != ElementType.Int64 || !IsSingle)
        {
            return null;
        }

        return Raw is { Length: sizeof(long) } raw
            ? BinaryPrimitives.ReadInt64LittleEndian(raw.Span)
            : Fields.Where(field => field.Number == IntegersField && field.Type is WireType.Varint or WireType.Bytes)
                .SelectMany(field => field.Integers()).Take(2).ToArray() is [var single] ? single : null;
    }

    /// <summary>Its floating-point numbers, row by row; null where they are none, or more or fewer than its shape says.</summary>
    public float[]? Numbers()
    {
        try
        {
            float[]? numbers = Type switch
            {
                ElementType.Float when Raw is { } raw => raw.Length % sizeof(float) == 0 ? MemoryMarshal.Cast<byte, float>(raw.Span).ToArray() : null,
                ElementType.Float => [.. Fields.Where(field => field.Number == FloatsField).SelectMany(Floats)],
                ElementType.Float16 when Raw is { } raw => raw.Length % sizeof(ushort) == 0 ? Singles(MemoryMarshal.Cast<byte, Half>(raw.Span)) : null,
                ElementType.Float16 =>
                [
                    .. Fields.Where(field => field.Number == SmallIntegersField && field.Type is WireType.Varint or WireType.Bytes)
                        .SelectMany(field => field.Integers())
                        .Select(bits => (float)BitConverter.UInt16BitsToHalf((ushort)bits)),
                ],
                _ => null,
            };
            return numbers is not null && Count() == numbers.Length ? numbers : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>The tensor with its numbers in itself.</summary>
    /// <param name="numbers">The numbers, which may be in another file until they are written.</param>
    public OnnxTensor WithNumbers(OnnxPart numbers) => new([Description(), new OnnxPiece(RawField, numbers)]);

    /// <summary>The tensor with its numbers in another file.</summary>
    /// <param name="location">The path of the file.</param>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">How many bytes.</param>
    public OnnxTensor WithNumbersAt(string location, long offset, long length)
    {
        var writer = new ProtobufWriter();
        foreach ((string key, string value) in (ReadOnlySpan<(string, string)>)
        [
            (ExternalTensor.LocationKey, location),
            (ExternalTensor.OffsetKey, offset.ToString(CultureInfo.InvariantCulture)),
            (ExternalTensor.LengthKey, length.ToString(CultureInfo.InvariantCulture)),
        ])
        {
            writer.Add(ExternalField, new ProtobufWriter().Add(ExternalTensor.KeyField, key).Add(ExternalTensor.ValueField, value).Written.Span);
        }

        return new OnnxTensor([Description(), new OnnxPiece(writer.Add(LocationField, External).Written)]);
    }

    // What is said of it but its numbers and where they are.
    private OnnxPiece Description()
    {
        var writer = new ProtobufWriter();
        foreach (ProtobufField field in Fields.Where(field => field.Number is not (3 or FloatsField or SmallIntegersField or 6 or IntegersField or RawField or 10 or 11 or ExternalField or LocationField)))
        {
            writer.Add(field);
        }

        return new OnnxPiece(writer.Written);
    }

    private static IEnumerable<float> Floats(ProtobufField field) => field.Type is WireType.Fixed32 or WireType.Bytes && field.Content.Length % sizeof(float) == 0
        ? MemoryMarshal.Cast<byte, float>(field.Content.Span).ToArray()
        : throw new InvalidDataException("A tensor's numbers are damaged.");

    private static float[] Singles(ReadOnlySpan<Half> halves)
    {
        var singles = new float[halves.Length];
        TensorPrimitives.ConvertToSingle(halves, singles);
        return singles;
    }

    // What a damaged file says may be negative, or too large for any number of bits.
    private double Count() => dimensions.Exists(dimension => dimension is < 0 or > int.MaxValue)
        ? double.NaN
        : dimensions.Aggregate(1.0, (size, dimension) => size * dimension);
}

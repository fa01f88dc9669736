using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Batching.Tokenization;

/// <summary>
/// What Hugging Face's normalizers and pre-tokenizers do to every Unicode scalar, read once from the packed
/// <c>unicode.tsv</c>.
/// </summary>
/// <remarks>
/// The BERT normalizer has a table of its own (<see cref="ScalarTable"/>), which holds the outcome of its rules. The runtime's
/// own Unicode data are not used, as they follow the machine's ICU.
/// </remarks>
internal static class UnicodeTable
{
    /// <summary>The most scalars that one scalar maps to, however it is mapped.</summary>
    public const int LongestMapping = 18;

    private const int BlockShift = 7;
    private const int BlockMask = (1 << BlockShift) - 1;
    private const int ScalarCount = 0x110000;

    private static readonly ushort[] BlockOfScalar;
    private static readonly ushort[] RecordOfBlock;
    private static readonly ushort[] Properties;
    private static readonly byte[] CombiningClasses;
    private static readonly byte[] GraphemeClasses;
    private static readonly byte[] CanonicalLengths;
    private static readonly ushort[] CanonicalStarts;
    private static readonly byte[] CompatibilityLengths;
    private static readonly ushort[] CompatibilityStarts;
    private static readonly byte[] LowerCaseLengths;
    private static readonly ushort[] LowerCaseStarts;
    private static readonly int[] Pool;
    private static readonly ulong[] Pairs;
    private static readonly int[] Composites;

    static UnicodeTable()
    {
        using Stream stream = typeof(UnicodeTable).Assembly.GetManifestResourceStream("unicode.bin")
            ?? throw new UnreachableException("The assembly was built without unicode.bin.");
        int[] counts = ReadInt32(stream, 4);
        int records = counts[1];
        BlockOfScalar = ReadUInt16(stream, ScalarCount >> BlockShift);
        RecordOfBlock = ReadUInt16(stream, counts[0] << BlockShift);
        Properties = ReadUInt16(stream, records);
        CombiningClasses = ReadBytes(stream, records);
        GraphemeClasses = ReadBytes(stream, records);
        CanonicalLengths = ReadBytes(stream, records);
        CanonicalStarts = ReadUInt16(stream, records);
        CompatibilityLengths = ReadBytes(stream, records);
        CompatibilityStarts = ReadUInt16(stream, records);
        LowerCaseLengths = ReadBytes(stream, records);
        LowerCaseStarts = ReadUInt16(stream, records);
        Pool = ReadInt32(stream, counts[2]);
        Pairs = ReadUInt64(stream, counts[3]);
        Composites = ReadInt32(stream, counts[3]);
    }

    public static UnicodeProperties PropertiesOf(int scalar) => (UnicodeProperties)Properties[RecordOf(scalar)];

    public static byte CombiningClassOf(int scalar) => CombiningClasses[RecordOf(scalar)];

    public static GraphemeClass GraphemeClassOf(int scalar) => (GraphemeClass)GraphemeClasses[RecordOf(scalar)];

    /// <summary>The full canonical decomposition; empty for a scalar that stays, and for Hangul syllables.</summary>
    public static ReadOnlySpan<int> CanonicalDecompositionOf(int scalar)
    {
        int record = RecordOf(scalar);
        return Pool.AsSpan(CanonicalStarts[record], CanonicalLengths[record]);
    }

    /// <summary>The full compatibility decomposition; empty for a scalar that stays, and for Hangul syllables.</summary>
    public static ReadOnlySpan<int> CompatibilityDecompositionOf(int scalar)
    {
        int record = RecordOf(scalar);
        return Pool.AsSpan(CompatibilityStarts[record], CompatibilityLengths[record]);
    }

    /// <summary>The lower case; empty for a scalar that stays.</summary>
    public static ReadOnlySpan<int> LowerCaseOf(int scalar)
    {
        int record = RecordOf(scalar);
        return Pool.AsSpan(LowerCaseStarts[record], LowerCaseLengths[record]);
    }

    /// <returns>What two scalars compose to, or -1. Hangul is not in the table.</returns>
    public static int Compose(int first, int second)
    {
        int index = Pairs.AsSpan().BinarySearch(((ulong)(uint)first << 32) | (uint)second);
        return index < 0 ? -1 : Composites[index];
    }

    private static int RecordOf(int scalar) =>
        RecordOfBlock[(BlockOfScalar[scalar >> BlockShift] << BlockShift) | (scalar & BlockMask)];

    private static byte[] ReadBytes(Stream stream, int count)
    {
        var bytes = new byte[count];
        stream.ReadExactly(bytes);
        return bytes;
    }

    // Read straight into the arrays: the file is little-endian, as nearly every processor is.
    private static ushort[] ReadUInt16(Stream stream, int count)
    {
        var numbers = new ushort[count];
        stream.ReadExactly(MemoryMarshal.AsBytes(numbers.AsSpan()));
        if (!BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(numbers, numbers);
        }

        return numbers;
    }

    private static int[] ReadInt32(Stream stream, int count)
    {
        var numbers = new int[count];
        stream.ReadExactly(MemoryMarshal.AsBytes(numbers.AsSpan()));
        if (!BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(numbers, numbers);
        }

        return numbers;
    }

    private static ulong[] ReadUInt64(Stream stream, int count)
    {
        var numbers = new ulong[count];
        stream.ReadExactly(MemoryMarshal.AsBytes(numbers.AsSpan()));
        if (!BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(numbers, numbers);
        }

        return numbers;
    }
}

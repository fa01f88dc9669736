using System.Diagnostics;

namespace Batching.Tokenization;

/// <summary>
/// What Hugging Face does to every Unicode scalar, read once from the packed <c>bert-scalars.tsv</c>.
/// </summary>
/// <remarks>
/// The runtime's own Unicode data are not used: they follow the machine's ICU, and do nothing under invariant
/// globalization, while the ids of a text must be the same everywhere.
/// </remarks>
internal static class ScalarTable
{
    private const int BlockShift = 7;
    private const int BlockMask = (1 << BlockShift) - 1;
    private const int ScalarCount = 0x110000;

    private const int HangulFirst = 0xAC00;
    private const int HangulCount = 11172;
    private const int HangulLeading = 0x1100;
    private const int HangulVowel = 0x1161;
    private const int HangulTrailing = 0x11A7;
    private const int HangulVowels = 21;
    private const int HangulTrailings = 28;

    private static readonly ushort[] BlockOfScalar;
    private static readonly ushort[] RecordOfBlock;
    private static readonly ScalarRecord[] Records;
    private static readonly int[] Pool;

    static ScalarTable()
    {
        using Stream stream = typeof(ScalarTable).Assembly.GetManifestResourceStream("bert-scalars.bin")
            ?? throw new UnreachableException("The assembly was built without bert-scalars.bin.");
        using var reader = new BinaryReader(stream);
        int blocks = reader.ReadInt32();
        Records = new ScalarRecord[reader.ReadInt32()];
        Pool = new int[reader.ReadInt32()];
        BlockOfScalar = ReadIndices(reader, ScalarCount >> BlockShift);
        RecordOfBlock = ReadIndices(reader, blocks << BlockShift);
        for (int i = 0; i < Records.Length; i++)
        {
            var properties = (ScalarProperties)reader.ReadByte();
            byte combiningClass = reader.ReadByte();
            byte decompositionLength = reader.ReadByte();
            byte lowerCaseLength = reader.ReadByte();
            Records[i] = new ScalarRecord(
                properties, combiningClass, decompositionLength, lowerCaseLength, reader.ReadUInt16(), reader.ReadUInt16());
        }

        for (int i = 0; i < Pool.Length; i++)
        {
            Pool[i] = reader.ReadInt32();
        }
    }

    /// <summary>The most scalars that one scalar decomposes to, or that one scalar's lower case has.</summary>
    public const int LongestMapping = 4;

    public static ref readonly ScalarRecord Lookup(int scalar) =>
        ref Records[RecordOfBlock[(BlockOfScalar[scalar >> BlockShift] << BlockShift) | (scalar & BlockMask)]];

    public static ScalarProperties PropertiesOf(int scalar) => Lookup(scalar).Properties;

    public static byte CombiningClassOf(int scalar) => Lookup(scalar).CombiningClass;

    /// <summary>Writes the full canonical decomposition of <paramref name="scalar"/>, itself if it has none.</summary>
    public static int Decompose(int scalar, Span<int> destination)
    {
        int syllable = scalar - HangulFirst;
        if ((uint)syllable < HangulCount)
        {
            destination[0] = HangulLeading + (syllable / (HangulVowels * HangulTrailings));
            destination[1] = HangulVowel + (syllable / HangulTrailings % HangulVowels);
            int trailing = syllable % HangulTrailings;
            destination[2] = HangulTrailing + trailing;
            return trailing == 0 ? 2 : 3;
        }

        ref readonly ScalarRecord record = ref Lookup(scalar);
        return Map(scalar, record.DecompositionStart, record.DecompositionLength, destination);
    }

    /// <summary>Writes the lower case of <paramref name="scalar"/>, itself if it has none.</summary>
    public static int ToLowerCase(int scalar, Span<int> destination)
    {
        ref readonly ScalarRecord record = ref Lookup(scalar);
        return Map(scalar, record.LowerCaseStart, record.LowerCaseLength, destination);
    }

    private static int Map(int scalar, int start, int length, Span<int> destination)
    {
        if (length == 0)
        {
            destination[0] = scalar;
            return 1;
        }

        Pool.AsSpan(start, length).CopyTo(destination);
        return length;
    }

    private static ushort[] ReadIndices(BinaryReader reader, int count)
    {
        var indices = new ushort[count];
        for (int i = 0; i < count; i++)
        {
            indices[i] = reader.ReadUInt16();
        }

        return indices;
    }
}

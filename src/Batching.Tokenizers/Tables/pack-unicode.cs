// Packs unicode.tsv (what Hugging Face's normalizers and pre-tokenizers do to every Unicode scalar) into unicode.bin, the
// table that UnicodeTable reads. Run it after a change of the .tsv, from any folder:
//
//     dotnet run src/Batching.Tokenizers/Tables/pack-unicode.cs
//
// The file, little-endian: the numbers of blocks, records, pool entries and pairs (int32 each); for each of the
// 0x110000 / 128 blocks of scalars the index of its content (uint16); the contents, 128 record indices each (uint16); the
// records, one field after the other: properties (uint16), combining classes, classes of grapheme clusters, lengths of
// the canonical and compatibility decompositions and of the lower case (one byte each), where each of these starts in the
// pool (uint16 each); the pool of scalars (int32); the pairs that compose, sorted: both scalars as one number, the first
// in the upper half (uint64), and what they compose to (int32).

using System.Globalization;
using System.Runtime.CompilerServices;
using Mapping = (ushort Start, byte Length);

const int BlockSize = 128;
const int ScalarCount = 0x110000;

string folder = Path.GetDirectoryName(ThisFile())!;
var properties = new ushort[ScalarCount];
var combiningClasses = new byte[ScalarCount];
var clusterClasses = new byte[ScalarCount];
var canonical = new Dictionary<int, int[]>();
var compatibility = new Dictionary<int, int[]>();
var lowerCases = new Dictionary<int, int[]>();
var pairs = new SortedDictionary<ulong, int>();

// These bits are UnicodeProperties.
var propertyOf = new Dictionary<string, ushort>(StringComparer.Ordinal)
{
    ["letter"] = 1,
    ["number"] = 2,
    ["space"] = 4,
    ["word"] = 8,
    ["mark"] = 16,
};
const ushort ComposesWithPrevious = 32;

// These numbers are GraphemeClass.
string[] clusterClassNames =
[
    "Other", "Control", "Extend", "ConjunctExtend", "Linker", "ZeroWidthJoiner", "SpacingMark", "Prepend",
    "LeadingJamo", "VowelJamo", "TrailingJamo", "OpenSyllable", "ClosedSyllable", "Pictographic", "Consonant",
];

foreach (string line in File.ReadLines(Path.Combine(folder, "unicode.tsv")))
{
    if (line.StartsWith('#') || line.Length == 0)
    {
        continue;
    }

    string[] fields = line.Split('\t');
    int first = Scalar(fields[1]);
    switch (fields[0])
    {
        case "nfd":
            canonical.Add(first, Scalars(fields[2]));
            break;
        case "nfkd":
            compatibility.Add(first, Scalars(fields[2]));
            break;
        case "lower":
            lowerCases.Add(first, Scalars(fields[2]));
            break;
        case "pair":
            int second = Scalar(fields[2]);
            pairs.Add(((ulong)(uint)first << 32) | (uint)second, Scalar(fields[3]));
            properties[second] |= ComposesWithPrevious;
            break;
        case "class":
            combiningClasses.AsSpan(first..(Scalar(fields[2]) + 1)).Fill(byte.Parse(fields[3], CultureInfo.InvariantCulture));
            break;
        case "grapheme":
            clusterClasses.AsSpan(first..(Scalar(fields[2]) + 1)).Fill((byte)Array.IndexOf(clusterClassNames, fields[3]));
            break;
        default:
            ushort property = propertyOf[fields[0]];
            for (int scalar = first; scalar <= Scalar(fields[2]); scalar++)
            {
                properties[scalar] |= property;
            }

            break;
    }
}

var pool = new List<int>();
var records = new List<(ushort Properties, byte Combining, byte Cluster, Mapping Canonical, Mapping Compatibility, Mapping Lower)>();
var recordIndices = new Dictionary<(ushort, byte, byte, Mapping, Mapping, Mapping), ushort>();
var blocks = new List<ushort[]>();
var blockIndices = new Dictionary<string, ushort>(StringComparer.Ordinal);
var blockOf = new ushort[ScalarCount / BlockSize];

for (int block = 0; block < blockOf.Length; block++)
{
    var content = new ushort[BlockSize];
    for (int i = 0; i < BlockSize; i++)
    {
        content[i] = RecordOf((block * BlockSize) + i);
    }

    string key = string.Join(',', content);
    if (!blockIndices.TryGetValue(key, out ushort index))
    {
        index = checked((ushort)blocks.Count);
        blockIndices.Add(key, index);
        blocks.Add(content);
    }

    blockOf[block] = index;
}

string target = Path.Combine(folder, "unicode.bin");
using (var writer = new BinaryWriter(File.Create(target)))
{
    writer.Write(blocks.Count);
    writer.Write(records.Count);
    writer.Write(pool.Count);
    writer.Write(pairs.Count);
    WriteUInt16(blockOf.Concat(blocks.SelectMany(content => content)));
    WriteUInt16(records.Select(record => record.Properties));
    writer.Write([.. records.Select(record => record.Combining)]);
    writer.Write([.. records.Select(record => record.Cluster)]);
    foreach (Func<int, Mapping> field in (Func<int, Mapping>[])[i => records[i].Canonical, i => records[i].Compatibility, i => records[i].Lower])
    {
        writer.Write([.. Enumerable.Range(0, records.Count).Select(i => field(i).Length)]);
        WriteUInt16(Enumerable.Range(0, records.Count).Select(i => field(i).Start));
    }

    foreach (int scalar in pool)
    {
        writer.Write(scalar);
    }

    foreach (ulong pair in pairs.Keys)
    {
        writer.Write(pair);
    }

    foreach (int composite in pairs.Values)
    {
        writer.Write(composite);
    }

    void WriteUInt16(IEnumerable<ushort> values)
    {
        foreach (ushort value in values)
        {
            writer.Write(value);
        }
    }
}

Console.WriteLine(
    $"{blocks.Count} blocks, {records.Count} records, {pool.Count} scalars, {pairs.Count} pairs: {new FileInfo(target).Length} bytes");

ushort RecordOf(int scalar)
{
    Mapping decomposition = Pooled(canonical, scalar);
    var record = (
        properties[scalar],
        combiningClasses[scalar],
        clusterClasses[scalar],
        decomposition,
        compatibility.ContainsKey(scalar) ? Pooled(compatibility, scalar) : decomposition,
        Pooled(lowerCases, scalar));
    if (!recordIndices.TryGetValue(record, out ushort index))
    {
        index = checked((ushort)records.Count);
        recordIndices.Add(record, index);
        records.Add(record);
    }

    return index;
}

Mapping Pooled(Dictionary<int, int[]> mapping, int scalar)
{
    if (!mapping.TryGetValue(scalar, out int[]? mapped))
    {
        return (0, 0);
    }

    var start = checked((ushort)pool.Count);
    pool.AddRange(mapped);
    return (start, checked((byte)mapped.Length));
}

static int Scalar(string hexadecimal) => int.Parse(hexadecimal, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

static int[] Scalars(string field) => [.. field.Split(' ').Select(Scalar)];

static string ThisFile([CallerFilePath] string path = "") => path;

// Packs bert-scalars.tsv (what Hugging Face does to every Unicode scalar) into bert-scalars.bin, the table that
// ScalarTable reads. Run it after a change of the .tsv, from any folder:
//
//     dotnet run src/Batching.Tokenizers/Tables/pack-bert-scalars.cs
//
// The file, little-endian: the numbers of blocks, records and pool entries (int32 each); for each of the 0x110000 / 128
// blocks of scalars the index of its content (uint16); the contents, 128 record indices each (uint16); the records
// (flags, combining class, length of the decomposition, length of the lower case: one byte each; where each starts in
// the pool: uint16 each); the pool of scalars (int32).

using System.Globalization;
using System.Runtime.CompilerServices;

const int BlockSize = 128;
const int ScalarCount = 0x110000;

string folder = Path.GetDirectoryName(ThisFile())!;
var flags = new byte[ScalarCount];
var combiningClasses = new byte[ScalarCount];
var decompositions = new Dictionary<int, int[]>();
var lowerCases = new Dictionary<int, int[]>();

// These bits are ScalarProperties.
var flagOf = new Dictionary<string, byte>(StringComparer.Ordinal)
{
    ["removed"] = 1,
    ["space"] = 2,
    ["cjk"] = 4,
    ["mark"] = 8,
    ["starter"] = 16,
    ["punctuation"] = 32,
    ["separator"] = 64,
};

// The .tsv starts at U+0001; its heading says that U+0000 is removed.
flags[0] |= flagOf["removed"];

foreach (string line in File.ReadLines(Path.Combine(folder, "bert-scalars.tsv")))
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
            decompositions.Add(first, Scalars(fields[2]));
            break;
        case "lower":
            lowerCases.Add(first, Scalars(fields[2]));
            break;
        case "order":
            combiningClasses[first] = byte.Parse(fields[2], CultureInfo.InvariantCulture);
            break;
        default:
            byte flag = flagOf[fields[0]];
            for (int scalar = first; scalar <= Scalar(fields[2]); scalar++)
            {
                flags[scalar] |= flag;
            }

            break;
    }
}

var pool = new List<int>();
var records = new List<(byte, byte, byte, byte, ushort, ushort)>();
var recordIndices = new Dictionary<(byte, byte, byte, byte, ushort, ushort), ushort>();
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

string target = Path.Combine(folder, "bert-scalars.bin");
using (var writer = new BinaryWriter(File.Create(target)))
{
    writer.Write(blocks.Count);
    writer.Write(records.Count);
    writer.Write(pool.Count);
    foreach (ushort index in blockOf.Concat(blocks.SelectMany(content => content)))
    {
        writer.Write(index);
    }

    foreach (var (flag, combiningClass, decompositionLength, lowerLength, decompositionStart, lowerStart) in records)
    {
        writer.Write(flag);
        writer.Write(combiningClass);
        writer.Write(decompositionLength);
        writer.Write(lowerLength);
        writer.Write(decompositionStart);
        writer.Write(lowerStart);
    }

    foreach (int scalar in pool)
    {
        writer.Write(scalar);
    }
}

Console.WriteLine($"{blocks.Count} blocks, {records.Count} records, {pool.Count} scalars: {new FileInfo(target).Length} bytes");

ushort RecordOf(int scalar)
{
    var (decompositionStart, decompositionLength) = Pooled(decompositions, scalar);
    var (lowerStart, lowerLength) = Pooled(lowerCases, scalar);
    var record = (flags[scalar], combiningClasses[scalar], decompositionLength, lowerLength, decompositionStart, lowerStart);
    if (!recordIndices.TryGetValue(record, out ushort index))
    {
        index = checked((ushort)records.Count);
        recordIndices.Add(record, index);
        records.Add(record);
    }

    return index;
}

(ushort Start, byte Length) Pooled(Dictionary<int, int[]> mapping, int scalar)
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

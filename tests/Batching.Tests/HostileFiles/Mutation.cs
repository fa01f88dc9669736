using System.Buffers;
using System.Text;
using CsCheck;

namespace Batching.Tests.HostileFiles;

/// <summary>A change to a file's bytes. Places are shares of its length, so that it applies to any file.</summary>
/// <param name="Change">What is done.</param>
/// <param name="Place">Where, from 0 to 1.</param>
/// <param name="Other">Where else, for what needs two places.</param>
/// <param name="Length">How many bytes it concerns at most.</param>
/// <param name="Insertion">What is put in.</param>
internal sealed record Mutation(MutationKind Change, double Place, double Other, int Length, byte[] Insertion)
{
    private static readonly SearchValues<byte> Boundaries = SearchValues.Create(",:[]{}\n"u8);

    // What parsers are known to stumble over.
    private static readonly byte[][] Insertions =
    [
        .. new[]
        {
            "", "null", "true", "{}", "[]", "\"\"", "0", "-1", "1", "512", "16777215", "2147483648", "-9223372036854775809",
            "99999999999999999999", "1e999", "-1e-999", "1.5", "NaN", "Infinity", "\"\\ud800\"", "\"\\u0000\"", "\\", "\"", ",", ":",
            "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "{\"a\":", "\"A\"", "\"B\"", "[\"[SEP]\",102]",
            "[PAD]", "[UNK]", "[CLS]", "##", "</s>", "\n", "\r\n", "\r", "\n\n\n", "\t", " ", "\0", "\u2028", "\u0130", "\uFEFF", "a b", "#version",
        }.Select(Encoding.UTF8.GetBytes),
        [0xFF], [0xFF, 0xFE], [0xFE, 0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80], [0xE2, 0x82],
        [0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
    ];

    /// <summary>A few changes, one after the other.</summary>
    public static Gen<Mutation[]> Several { get; } = Gen.Select(
        Generators.OneOf(Enum.GetValues<MutationKind>()), Gen.Double.Unit, Gen.Double.Unit, Gen.Int[1, 64], Generators.OneOf(Insertions),
        (change, place, other, length, insertion) => new Mutation(change, place, other, length, insertion)).Array[1, 5];

    public byte[] Apply(byte[] content)
    {
        int start = (int)(Place * content.Length);
        int end = Math.Min(content.Length, start + Length);
        int other = (int)(Other * content.Length);
        switch (Change)
        {
            case MutationKind.Insert:
                return [.. content[..start], .. Insertion, .. content[start..]];
            case MutationKind.Replace:
                return [.. content[..start], .. Insertion, .. content[end..]];
            case MutationKind.ReplaceValue:
                // From one punctuation mark of JSON, or end of a line, to the next.
                int from = start == 0 ? 0 : content.AsSpan(0, start).LastIndexOfAny(Boundaries) + 1;
                int to = content.AsSpan(start).IndexOfAny(Boundaries);
                return [.. content[..from], .. Insertion, .. content[(to < 0 ? content.Length : start + to)..]];
            case MutationKind.Delete:
                return [.. content[..start], .. content[end..]];
            case MutationKind.Repeat:
                return [.. content[..end], .. content[start..]];
            case MutationKind.CopyElsewhere:
                return [.. content[..other], .. content[start..end], .. content[other..]];
            case MutationKind.FlipBit:
                byte[] flipped = [.. content];
                if (start < content.Length)
                {
                    flipped[start] ^= (byte)(1 << (Length % 8));
                }

                return flipped;
            default:
                return content[..start];
        }
    }

    public override string ToString() => $"{Change} at {Place:0.000}, {Other:0.000}, {Length} bytes, {Encoding.Latin1.GetString(Insertion)}";
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Batching.Tokenization;

/// <summary>The character classes of Oniguruma, by its own Unicode data, and which characters it takes for each other.</summary>
/// <remarks>From <c>regex-classes.tsv</c>, of which only the lines that are asked for are read. Thread-safe.</remarks>
internal static class RegexClasses
{
    private static readonly Lazy<string> Table = new(() =>
    {
        using Stream stream = typeof(RegexClasses).Assembly.GetManifestResourceStream("regex-classes.tsv")
            ?? throw new UnreachableException("The assembly was built without regex-classes.tsv.");
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return reader.ReadToEnd();
    });

    private static readonly Lazy<Dictionary<string, string>> Lines = new(() => LinesOf("class")
        .SelectMany(fields => fields[1].Split(',').Select(name => KeyValuePair.Create(name, fields[2])))
        .ToDictionary(StringComparer.Ordinal));

    private static readonly ConcurrentDictionary<string, ScalarRanges> Known = new(StringComparer.Ordinal);

    private static readonly Lazy<Dictionary<int, int[]>> SameByScalar = new(() => LinesOf("same")
        .Select(fields => Scalars(fields[1]))
        .SelectMany(same => same.Select(scalar => KeyValuePair.Create(scalar, same)))
        .ToDictionary());

    private static readonly Lazy<(int[] Sequence, int[] Singles)[]> Several = new(() =>
        [.. LinesOf("several").Select(fields => (Scalars(fields[1]), Scalars(fields[2])))]);

    /// <summary>The scripts by number, of those that <c>UnicodeScripts</c> tells apart.</summary>
    public static IEnumerable<(int Script, ScalarRanges Ranges)> Scripts =>
        LinesOf("script").Select(fields => (int.Parse(fields[1], CultureInfo.InvariantCulture), Parse(fields[2])));

    /// <summary>What <c>\s</c> matches.</summary>
    public static ScalarRanges Space => Of("\\s")!;

    /// <summary>What <c>\w</c> matches.</summary>
    public static ScalarRanges Word => Of("\\w")!;

    /// <summary>A character that is several others without regard to case, such as <c>ß</c> and <c>ss</c>.</summary>
    public static IReadOnlyList<(int[] Sequence, int[] Singles)> SeveralForOne => Several.Value;

    /// <param name="name">Such as <c>\d</c> or <c>[:punct:]</c>.</param>
    /// <returns>The class, or null where there is none of that name.</returns>
    public static ScalarRanges? Of(string name)
    {
        if (Known.TryGetValue(name, out ScalarRanges? known))
        {
            return known;
        }

        return Lines.Value.TryGetValue(name, out string? ranges) ? Known.GetOrAdd(name, Parse(ranges)) : null;
    }

    /// <param name="name">A property as <c>\p{...}</c> names it: case, spaces, hyphens and underscores do not matter.</param>
    /// <returns>The class, or null where there is none of that name.</returns>
    public static ScalarRanges? OfProperty(string name) => Of(string.Concat(name.Where(c => c is not (' ' or '-' or '_'))).ToLowerInvariant());

    /// <summary>The character and those that it may be without regard to case.</summary>
    public static ReadOnlySpan<int> SameAs(int scalar) => SameByScalar.Value.TryGetValue(scalar, out int[]? same) ? same : new[] { scalar };

    /// <summary>A character and all that it may be without regard to case.</summary>
    public static ScalarRanges WithoutCase(int scalar) =>
        SameByScalar.Value.TryGetValue(scalar, out int[]? same) ? ScalarRanges.Of(same.Select(other => (other, other))) : ScalarRanges.Of(scalar);

    /// <summary>A class and all that its characters may be without regard to case.</summary>
    public static ScalarRanges WithoutCase(ScalarRanges ranges) => ranges.Or(ScalarRanges.Of(SameByScalar.Value
        .Where(same => ranges.Contains(same.Key))
        .SelectMany(same => same.Value.Select(scalar => (scalar, scalar)))));

    private static IEnumerable<string[]> LinesOf(string kind) => Table.Value
        .Split('\n')
        .Where(line => line.StartsWith(kind, StringComparison.Ordinal) && line[kind.Length] == '\t')
        .Select(line => line.Split('\t'));

    private static ScalarRanges Parse(string ranges) => ScalarRanges.Of(ranges.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(range =>
        range.IndexOf('-', StringComparison.Ordinal) is > 0 and var dash
            ? (Scalar(range.AsSpan(0, dash)), Scalar(range.AsSpan(dash + 1)))
            : (Scalar(range), Scalar(range))));

    private static int[] Scalars(string scalars) => [.. scalars.Split(' ').Select(scalar => Scalar(scalar))];

    private static int Scalar(ReadOnlySpan<char> hex) => int.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}

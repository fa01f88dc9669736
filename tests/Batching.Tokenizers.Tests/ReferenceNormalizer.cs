using System.Globalization;
using System.Text;
using Batching.Tokenization;

namespace Batching.Tests.Tokenization;

/// <summary>
/// The normalizer and pre-tokenizer written a second time, from bert-scalars.tsv alone, step after step over the whole
/// text as Hugging Face does it, with no thought of speed.
/// </summary>
internal sealed class ReferenceNormalizer(NormalizerOptions options)
{
    private static readonly Dictionary<string, HashSet<int>> Sets = [];
    private static readonly Dictionary<int, int[]> Decompositions = [];
    private static readonly Dictionary<int, int[]> LowerCases = [];
    private static readonly Dictionary<int, int> CombiningClasses = [];

    static ReferenceNormalizer()
    {
        foreach (string[] row in File.ReadLines(Path.Combine(Repository.Root, "src/Batching.Tokenizers/Tables/bert-scalars.tsv"))
            .Where(line => !line.StartsWith('#'))
            .Select(line => line.Split('\t')))
        {
            int first = Hex(row[1]);
            switch (row[0])
            {
                case "nfd":
                    Decompositions[first] = [.. row[2].Split(' ').Select(Hex)];
                    break;
                case "lower":
                    LowerCases[first] = [.. row[2].Split(' ').Select(Hex)];
                    break;
                case "order":
                    CombiningClasses[first] = int.Parse(row[2], CultureInfo.InvariantCulture);
                    break;
                default:
                    if (!Sets.TryGetValue(row[0], out HashSet<int>? set))
                    {
                        Sets[row[0]] = set = [];
                    }

                    set.UnionWith(Enumerable.Range(first, Hex(row[2]) - first + 1));
                    break;
            }
        }

        // The file starts at U+0001 and says in its heading that U+0000 is removed.
        Sets["removed"].Add(0);

        static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    /// <summary>Scalars that one of the rules is about, of which hostile texts are made.</summary>
    public static int[] InterestingScalars { get; } =
    [
        .. Sets.Values.SelectMany(set => set.Count < 1000 ? set : set.Take(20)),
        .. Decompositions.Keys, .. LowerCases.Keys, .. CombiningClasses.Keys,
        0xAC00, 0xAC01, 0xD7A3, 0xFFFD, 0x10FFFF,
    ];

    public string Normalize(string text)
    {
        IEnumerable<int> scalars = text.EnumerateRunes().Select(rune => rune.Value);
        if (options.CleanText)
        {
            scalars = scalars.Where(scalar => !Is("removed", scalar)).Select(scalar => Is("space", scalar) ? ' ' : scalar);
        }

        if (options.HandleChineseChars)
        {
            scalars = scalars.SelectMany(scalar => Is("cjk", scalar) ? [' ', scalar, ' '] : new[] { scalar });
        }

        if (options.StripAccents ?? options.Lowercase)
        {
            scalars = Strip(scalars);
        }

        if (options.Lowercase)
        {
            scalars = scalars.SelectMany(scalar => LowerCases.GetValueOrDefault(scalar, [scalar]));
        }

        var normalized = new StringBuilder();
        foreach (int scalar in scalars)
        {
            normalized.Append(new Rune(scalar));
        }

        return normalized.ToString();
    }

    public static List<string> Split(string normalized)
    {
        List<string> words = [];
        var word = new StringBuilder();
        foreach (Rune rune in normalized.EnumerateRunes())
        {
            bool isPunctuation = Is("punctuation", rune.Value);
            if (isPunctuation || Is("separator", rune.Value))
            {
                End();
                if (isPunctuation)
                {
                    words.Add(rune.ToString());
                }
            }
            else
            {
                word.Append(rune);
            }
        }

        End();
        return words;

        void End()
        {
            if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }
    }

    private static List<int> Strip(IEnumerable<int> scalars)
    {
        List<int> stripped = [];
        List<int> run = [];
        foreach (int scalar in scalars.SelectMany(Decompose))
        {
            if (!Is("mark", scalar) && CombiningClasses.ContainsKey(scalar))
            {
                run.Add(scalar);
            }
            else if (!Is("mark", scalar) || Is("starter", scalar))
            {
                EndRun();
                if (!Is("mark", scalar))
                {
                    stripped.Add(scalar);
                }
            }
        }

        EndRun();
        return stripped;

        void EndRun()
        {
            stripped.AddRange(run.OrderBy(scalar => CombiningClasses[scalar]));
            run.Clear();
        }
    }

    private static int[] Decompose(int scalar)
    {
        int syllable = scalar - 0xAC00;
        if (syllable is < 0 or >= 11172)
        {
            return Decompositions.GetValueOrDefault(scalar, [scalar]);
        }

        int[] jamo = [0x1100 + (syllable / 588), 0x1161 + (syllable % 588 / 28), 0x11A7 + (syllable % 28)];
        return syllable % 28 == 0 ? jamo[..2] : jamo;
    }

    private static bool Is(string set, int scalar) => Sets[set].Contains(scalar);
}

using System.Globalization;

namespace Batching.Rows.Outputs;

/// <summary>What is written of each row, and under which names.</summary>
internal sealed class ResultColumns
{
    public const string Row = "row";
    public const string File = "file";
    public const string FileRow = "file_row";
    public const string Label = "label";
    public const string Score = "score";
    public const string Labels = "labels";
    public const string Scores = "scores";
    public const string Logits = "logits";

    private readonly IReadOnlyList<string> modelLabels;
    private readonly bool hasFiles;

    /// <param name="modelLabels">The model's labels.</param>
    /// <param name="kept">The input columns that are carried over.</param>
    /// <param name="topK">How many labels of each row, the best first; null for the best alone.</param>
    /// <param name="hasLogits">Whether the logits are written.</param>
    /// <param name="hasFiles">Whether rows say which of several files they are of.</param>
    /// <exception cref="RowsException">The model has not so many labels, or two columns would have one name.</exception>
    public ResultColumns(IReadOnlyList<string> modelLabels, IReadOnlyList<string> kept, int? topK, bool hasLogits, bool hasFiles = false)
    {
        if (topK > modelLabels.Count)
        {
            throw RowsException.Refused($"The best {topK} labels of each row are asked for, and the model has {modelLabels.Count} labels. Give at most {modelLabels.Count}.", setting: nameof(RowClassificationOptions.TopK));
        }

        this.modelLabels = modelLabels;
        TopK = topK;
        HasLogits = hasLogits;
        this.hasFiles = hasFiles;
        string[] places = hasFiles ? [File, FileRow] : [];
        HashSet<string> names = new([Row, Label, Score, Labels, Scores, Logits, .. places, .. FlatResults], StringComparer.Ordinal);
        Kept = [.. kept.Select(name => names.Contains(name) ? $"input_{name}" : name)];
        string? twice = Kept.FirstOrDefault(name => !names.Add(name));
        Kept = [.. places, .. Kept];
        if (twice is not null)
        {
            throw RowsException.Refused($"Two columns of the output would be called '{twice}'. Name each column once, and rename what collides in the input.", setting: nameof(RowReaderOptions.KeptColumns));
        }
    }

    public int? TopK { get; }

    public bool HasLogits { get; }

    /// <summary>The names of a row's place in several files, and of the input columns in the output: their own, or with <c>input_</c> before them where a result has that name.</summary>
    public IReadOnlyList<string> Kept { get; }

    /// <summary>All names, for formats that have no lists within a row.</summary>
    public IEnumerable<string> Flat => [Row, .. Kept, .. FlatResults];

    private IEnumerable<string> FlatResults =>
    [
        Label,
        Score,
        .. Enumerable.Range(2, (TopK ?? 1) - 1).SelectMany(rank => new[] { $"{Label}_{rank}", $"{Score}_{rank}" }),
        .. HasLogits ? modelLabels.Select(label => $"logit_{label}") : [],
    ];

    /// <summary>The values of <see cref="Kept"/>.</summary>
    public IReadOnlyList<KeptValue> KeptOf(TextRow row) => hasFiles
        ? [new KeptValue(row.File), new KeptValue(row.NumberInFile.ToString(CultureInfo.InvariantCulture), IsJson: true), .. row.Kept]
        : row.Kept;

    /// <summary>The indexes of the labels that are written, the best first; equals stay in the model's order.</summary>
    public int[] Ranked(Classification result)
    {
        if (TopK is null or 1)
        {
            return [result.LabelIndex];
        }

        float[] logits = result.Logits.ToArray();
        return [.. Enumerable.Range(0, logits.Length).OrderByDescending(label => logits[label]).Take(TopK.Value)];
    }

    public string LabelOf(int index) => modelLabels[index];
}

namespace Batching.Cli.Commands;

/// <summary>How often each label was taken for which.</summary>
/// <param name="labelCount">The number of labels.</param>
internal sealed class Confusion(int labelCount)
{
    private readonly long[,] counts = new long[labelCount, labelCount];

    public long Total { get; private set; }

    public long Correct { get; private set; }

    /// <summary>The share that is right; 0 of none.</summary>
    public double Accuracy => Total == 0 ? 0 : (double)Correct / Total;

    public long this[int actual, int predicted] => counts[actual, predicted];

    /// <summary>The labels that occurred, as what a row is or as what it was taken for.</summary>
    public IEnumerable<int> Occurring => Enumerable.Range(0, labelCount)
        .Where(label => Enumerable.Range(0, labelCount).Any(other => counts[label, other] + counts[other, label] > 0));

    public void Add(int actual, int predicted)
    {
        counts[actual, predicted]++;
        Total++;
        Correct += actual == predicted ? 1 : 0;
    }
}

namespace Batching.Tests.Folders;

/// <summary>The contracts' classifiers, each loaded once for all tests of a class: the graphs of Longformer and LED take seconds.</summary>
public sealed class ContractClassifiers : IDisposable
{
    private readonly Dictionary<string, SequenceClassifier> classifiers = new(StringComparer.Ordinal);

    public SequenceClassifier this[string contract] => classifiers.TryGetValue(contract, out SequenceClassifier? classifier)
        ? classifier
        : classifiers[contract] = SequenceClassifier.Load(
            Repository.Contract(contract), new SequenceClassifierOptions { OptimizeFor = OptimizationGoal.Throughput });

    public void Dispose()
    {
        foreach (SequenceClassifier classifier in classifiers.Values)
        {
            classifier.Dispose();
        }
    }
}

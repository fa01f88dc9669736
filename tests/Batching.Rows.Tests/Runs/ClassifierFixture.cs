namespace Batching.Rows.Tests.Runs;

/// <summary>A small model, loaded once.</summary>
public sealed class ClassifierFixture : IDisposable
{
    public SequenceClassifier Classifier { get; } = SequenceClassifier.Load(Repository.Contract("distilbert-vocab-txt-only"));

    public void Dispose() => Classifier.Dispose();
}

using Batching.Benchmarks.Contenders;

namespace Batching.Benchmarks.Sections;

/// <summary>A model at one precision: loaded by this library, and bare with each thread setting.</summary>
internal sealed class ModelSet : IDisposable
{
    private readonly BareSession[] bare;

    private ModelSet(string folder, ModelPrecision precision)
    {
        Name = precision == ModelPrecision.Int8 ? "int8" : "fp32";
        OnnxFile = Repository.OnnxFile(folder, precision);
        Classifier = SequenceClassifier.Load(folder, new SequenceClassifierOptions { Precision = precision });
        bare = BareSession.Load(OnnxFile);
    }

    /// <summary>The precision.</summary>
    public string Name { get; }

    public string OnnxFile { get; }

    public SequenceClassifier Classifier { get; }

    public static ModelSet Load(ModelPrecision precision) => new(Repository.DefaultModel, precision);

    public static ModelSet Load(string folder) => new(folder, ModelPrecision.Float32);

    public LibraryContender Library(string[] texts) => new($"Batching, {Name}", Classifier, texts);

    public BareLoop BareLoop(string[] texts, int rowsPerBatch) => Contenders.BareLoop.Fastest(
        $"bare loop, {Name}, {(rowsPerBatch == 1 ? "one by one" : $"by {rowsPerBatch}")}", bare, Classifier.Tokenizer, texts, rowsPerBatch);

    public BareRuns BareRuns(string[] texts) => Contenders.BareRuns.Fastest(bare, Classifier.Tokenizer, texts);

    /// <summary>The bare session with so many threads: one, or one for each core.</summary>
    public BareSession Bare(int threads) => bare.Single(session => session.Threads == threads);

    public void Dispose()
    {
        Classifier.Dispose();
        foreach (BareSession session in bare)
        {
            session.Dispose();
        }
    }
}

namespace Batching.Tests.Inference;

/// <summary>The default model in both precisions, loaded once for all tests, with one thread a run and with two.</summary>
public sealed class DefaultModel : IDisposable
{
    private readonly Dictionary<(ModelPrecision Precision, int Threads), Lazy<SequenceModel>> models = new[]
    {
        ModelPrecision.Float32, ModelPrecision.Int8,
    }
    .SelectMany(precision => new[] { (precision, Threads: 1), (precision, Threads: 2) })
    .ToDictionary(key => key, key => new Lazy<SequenceModel>(() => SequenceModel.Load(
        Repository.DefaultModel, new SequenceModelOptions { Precision = key.precision, ThreadsPerRun = key.Threads })));

    public SequenceTokenizer Tokenizer { get; } = SequenceTokenizer.Load(Repository.DefaultModel);

    public SequenceModel this[ModelPrecision precision, int threads = 1] => models[(precision, threads)].Value;

    public void Dispose()
    {
        foreach (Lazy<SequenceModel> model in models.Values.Where(model => model.IsValueCreated))
        {
            model.Value.Dispose();
        }
    }
}

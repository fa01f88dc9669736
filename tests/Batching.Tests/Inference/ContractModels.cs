namespace Batching.Tests.Inference;

/// <summary>The contracts' models, each loaded once for all tests of a class: the graphs of Longformer and LED take seconds.</summary>
public sealed class ContractModels : IDisposable
{
    private readonly Dictionary<string, SequenceModel> models = new(StringComparer.Ordinal);

    public SequenceModel this[string contract] => models.TryGetValue(contract, out SequenceModel? model)
        ? model
        : models[contract] = SequenceModel.Load(Repository.Contract(contract));

    public void Dispose()
    {
        foreach (SequenceModel model in models.Values)
        {
            model.Dispose();
        }
    }
}

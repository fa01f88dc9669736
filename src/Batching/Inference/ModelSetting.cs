namespace Batching.Inference;

/// <summary>What a classifier settles of the model that it loads.</summary>
internal sealed record ModelSetting
{
    /// <summary>What a model that is loaded by itself has: nothing.</summary>
    public static ModelSetting None { get; } = new();

    /// <summary>The longest row that is asked for; null for as long as the files say.</summary>
    public int? MaxLength { get; init; }

    /// <summary>The end at which rows are to be padded. Asked for once the graph is loaded; may wait, and may throw.</summary>
    public Func<PaddingSide> PaddingSide { get; init; } = static () => Batching.PaddingSide.Right;

    /// <summary>The fewest rows that are run (<see cref="Batches.BatchShape.LeastRows"/>); null to find it out.</summary>
    public int? LeastRows { get; init; }

    /// <summary>The model of which this is another session, in which all is settled already.</summary>
    public SequenceModel? SameAs { get; init; }
}

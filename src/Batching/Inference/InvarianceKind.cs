namespace Batching;

/// <summary>How far a row's logits depend on the batch that it is in.</summary>
public enum InvarianceKind
{
    /// <summary>Not at all: the same bits alone, in company, in any order and with any padding.</summary>
    Exact,

    /// <summary>In the last bits only, by the order in which the processor's kernels add: by at most 1e-4 of the largest logit, or of 1.</summary>
    Bounded,

    /// <summary>By more than rounding explains, or by what the graph computes from the whole batch.</summary>
    Dependent,
}

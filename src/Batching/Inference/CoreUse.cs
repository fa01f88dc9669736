namespace Batching.Inference;

/// <summary>How many of the machine's cores a run is to use.</summary>
internal enum CoreUse
{
    /// <summary>One, or as many as the options say: other runs have the others.</summary>
    Shared,

    /// <summary>The same, and nothing else runs: its time is worth remembering.</summary>
    AloneOnOne,

    /// <summary>All.</summary>
    All,
}

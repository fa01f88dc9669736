namespace Batching;

/// <summary>How the scores of a long text's windows become the text's.</summary>
public enum WindowPooling
{
    /// <summary>The mean of each label's scores: what most of the text says. The default.</summary>
    Mean,

    /// <summary>
    /// The highest of each label's scores: what any part of the text says. The scores of a softmax no longer add up to 1.
    /// </summary>
    Maximum,
}

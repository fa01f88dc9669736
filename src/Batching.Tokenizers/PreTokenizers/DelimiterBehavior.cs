namespace Batching.Tokenization;

/// <summary>What becomes of what a text is split at: Hugging Face's <c>SplitDelimiterBehavior</c>.</summary>
internal enum DelimiterBehavior
{
    /// <summary>It is part of no piece.</summary>
    Removed,

    /// <summary>Each is a piece of its own.</summary>
    Isolated,

    /// <summary>It goes with what is before it.</summary>
    MergedWithPrevious,

    /// <summary>It goes with what is after it.</summary>
    MergedWithNext,

    /// <summary>Those side by side are one piece.</summary>
    Contiguous,
}

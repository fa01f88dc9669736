namespace Batching;

/// <summary>To which length the rows of a batch are filled up: <c>padding</c> in Hugging Face's tokenizers.</summary>
public enum PaddingStrategy
{
    /// <summary>To the longest row of the batch. The default.</summary>
    Longest,

    /// <summary>To <see cref="PaddingOptions.MaxLength"/>, whatever the rows.</summary>
    MaxLength,

    /// <summary>Not at all: rows of different lengths are refused.</summary>
    None,
}

namespace Batching;

/// <summary>Which text of a row is cut where the row is too long: <c>truncation</c> in Hugging Face's tokenizers.</summary>
public enum TruncationStrategy
{
    /// <summary>The longer text of a pair first, then both alike. The default.</summary>
    LongestFirst,

    /// <summary>Only the text; its pair stays whole.</summary>
    OnlyFirst,

    /// <summary>Only the pair; the text stays whole.</summary>
    OnlySecond,

    /// <summary>Nothing is cut; a row may be longer than the limit, which a model then refuses.</summary>
    None,
}

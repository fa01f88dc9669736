using System.Text;

namespace Batching.Tokenization;

/// <summary>The options of Hugging Face's <c>BPE</c>.</summary>
internal sealed record BytePairOptions
{
    /// <summary><c>unk_token</c>; null drops what is unknown.</summary>
    public string? UnknownToken { get; init; }

    /// <summary>Its id; null where the vocabulary does not have it.</summary>
    public int? UnknownTokenId { get; init; }

    /// <summary><c>fuse_unk</c>: unknown characters side by side are one symbol.</summary>
    public bool FusesUnknown { get; init; }

    /// <summary><c>byte_fallback</c>: what is not in the vocabulary is spelled in bytes.</summary>
    public bool FallsBackToBytes { get; init; }

    /// <summary><c>ignore_merges</c>: a word that is in the vocabulary is not split.</summary>
    public bool IgnoresMerges { get; init; }

    /// <summary><c>continuing_subword_prefix</c>: marks a character that is not the first of its word.</summary>
    public string ContinuingPrefix { get; init; } = "";

    /// <summary><c>end_of_word_suffix</c>: marks the last character of a word.</summary>
    public string EndOfWordSuffix { get; init; } = "";

    /// <summary>The first id of the symbols that only lead to others: where one is left, it is unknown.</summary>
    public int HiddenFrom { get; init; } = int.MaxValue;

    /// <summary>Whether a character is spelled otherwise where it is not the first, or is the last.</summary>
    public bool HasAffixes => ContinuingPrefix.Length + EndOfWordSuffix.Length > 0;

    public byte[] PrefixBytes => Encoding.UTF8.GetBytes(ContinuingPrefix);

    public byte[] SuffixBytes => Encoding.UTF8.GetBytes(EndOfWordSuffix);
}

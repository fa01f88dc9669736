namespace Batching.Tokenization;

/// <summary>One of Hugging Face's models: how a word becomes ids.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
/// <param name="vocabulary">Every token with its id; ids may have gaps.</param>
internal abstract class TokenModel(IReadOnlyDictionary<string, int> vocabulary)
{
    public IReadOnlyDictionary<string, int> Vocabulary => vocabulary;

    /// <summary>The id of what the vocabulary cannot spell; null where it is dropped.</summary>
    public abstract int? UnknownTokenId { get; }

    /// <summary>Appends the ids of a word.</summary>
    /// <param name="word">The word, not empty, without lone surrogates.</param>
    /// <param name="ids">Where to.</param>
    /// <param name="spans">The tokens and their places in the word are added here too; null where nobody asks.</param>
    public abstract void Encode(ReadOnlySpan<char> word, IdBuffer ids, List<TokenSpan>? spans);
}

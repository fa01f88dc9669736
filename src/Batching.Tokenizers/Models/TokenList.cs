using System.Text;
using Microsoft.ML.Tokenizers;

namespace Batching.Tokenization;

/// <summary>The tokens of a text with their places in the normalized text, up to a count of tokens.</summary>
internal sealed class TokenList(TokenVocabulary vocabulary, EncodeSettings settings)
{
    private readonly List<EncodedToken> tokens = [];
    private readonly StringBuilder normalizedText = new();

    /// <summary>Whether there was a word or an added token for which there was no room.</summary>
    public bool IsFull { get; private set; }

    /// <returns>Where the stretch starts in the whole text.</returns>
    public int AddText(ReadOnlySpan<char> stretch)
    {
        int offset = normalizedText.Length;
        normalizedText.Append(stretch);
        return offset;
    }

    /// <summary>Adds the tokens of a word: all or none.</summary>
    /// <returns>Whether there was room for them.</returns>
    public bool TryAdd(List<TokenSpan> word, int offset)
    {
        if (word.Count > settings.MaxTokenCount - tokens.Count)
        {
            IsFull = true;
            return false;
        }

        foreach ((int id, int start, int end) in word)
        {
            vocabulary.TryGetToken(id, out string? token);
            tokens.Add(new EncodedToken(id, token!, (offset + start)..(offset + end)));
        }

        return true;
    }

    /// <summary>Adds an added token, if there is one and no word before it was left out.</summary>
    public void Add(AddedToken? token, ReadOnlySpan<char> spelling)
    {
        if (token is not null && !IsFull)
        {
            TryAdd([new TokenSpan(token.Id, 0, spelling.Length)], AddText(spelling));
        }
    }

    public EncodeResults<EncodedToken> ToResults() => new()
    {
        Tokens = tokens,
        NormalizedText = normalizedText.ToString(),
        CharsConsumed = !IsFull ? normalizedText.Length : tokens.Count == 0 ? 0 : tokens[^1].Offset.End.Value,
    };
}

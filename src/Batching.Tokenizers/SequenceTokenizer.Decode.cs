using System.Buffers;
using System.Text;
using Batching.Tokenization;

namespace Batching;

// Ids and tokens to text, and to each other.
public sealed partial class SequenceTokenizer
{
    /// <summary>The tokens of a text as strings, without special tokens around them: <c>tokenize</c> in Hugging Face.</summary>
    /// <param name="text">The text.</param>
    /// <returns>
    /// The tokens as the vocabulary has them, such as <c>##ing</c> or <c>\u0120good</c>; <c>[UNK]</c> stands for a word that
    /// the vocabulary cannot spell.
    /// </returns>
    public IReadOnlyList<string> Tokenize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        using var ids = new IdBuffer();
        AppendIds(text, ids, WantedIds.All);
        return ConvertIdsToTokens(ids.Span);
    }

    /// <summary>The ids of tokens: <c>convert_tokens_to_ids</c> in Hugging Face.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <returns>An id for each; <see cref="UnknownTokenId"/> for one that is not in the vocabulary.</returns>
    public IReadOnlyList<int> ConvertTokensToIds(IEnumerable<string> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        return [.. tokens.Select(token => vocabulary.TryGetId(token, out int id) ? id : UnknownTokenId)];
    }

    /// <summary>The tokens of ids: <c>convert_ids_to_tokens</c> in Hugging Face.</summary>
    /// <param name="ids">The ids.</param>
    /// <returns>A token for each.</returns>
    /// <exception cref="ArgumentException">An id is not in the vocabulary.</exception>
    public IReadOnlyList<string> ConvertIdsToTokens(params ReadOnlySpan<int> ids)
    {
        var tokens = new string[ids.Length];
        for (int i = 0; i < ids.Length; i++)
        {
            tokens[i] = vocabulary.TryGetToken(ids[i], out string? token)
                ? token
                : throw new ArgumentException($"The id {ids[i]} at index {i} is not in the vocabulary of {VocabularySize} tokens.", nameof(ids));
        }

        return tokens;
    }

    /// <summary>The text of ids, special tokens included.</summary>
    /// <param name="ids">The ids; one that is not in the vocabulary is skipped, as in Hugging Face.</param>
    /// <returns>The text.</returns>
    public override string Decode(IEnumerable<int> ids) => Decode(ids, skipSpecialTokens: false);

    /// <summary>The text of ids: <c>decode</c> in Hugging Face.</summary>
    /// <param name="ids">The ids; one that is not in the vocabulary is skipped, as in Hugging Face.</param>
    /// <param name="skipSpecialTokens">Whether tokens such as <c>[CLS]</c> are left out.</param>
    /// <returns>The text. Normalization is not undone: case and accents stay lost.</returns>
    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var text = new StringBuilder();
        TokenDecoder decoding = createDecoder();
        foreach (int id in ids)
        {
            if (vocabulary.TryGetToken(id, out string? token) && !(skipSpecialTokens && vocabulary.IsSpecial(id)))
            {
                decoding.Append(token, text);
            }
        }

        decoding.Finish(text);
        return text.ToString();
    }

    /// <summary>Writes the text of ids, special tokens included.</summary>
    /// <param name="ids">The ids; one that is not in the vocabulary is skipped.</param>
    /// <param name="destination">Where to.</param>
    /// <param name="idsConsumed">How many ids were written whole.</param>
    /// <param name="charsWritten">How many characters were written.</param>
    /// <returns><see cref="OperationStatus.Done"/>, or <see cref="OperationStatus.DestinationTooSmall"/>.</returns>
    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        ArgumentNullException.ThrowIfNull(ids);
        idsConsumed = 0;
        charsWritten = 0;
        TokenDecoder decoding = createDecoder();
        var piece = new StringBuilder();
        int count = 0;
        foreach (int id in ids)
        {
            count++;
            if (!vocabulary.TryGetToken(id, out string? token) || decoding.Append(token, piece))
            {
                if (!TryWrite(piece, destination, ref charsWritten))
                {
                    return OperationStatus.DestinationTooSmall;
                }

                idsConsumed = count;
            }
        }

        decoding.Finish(piece);
        if (!TryWrite(piece, destination, ref charsWritten))
        {
            return OperationStatus.DestinationTooSmall;
        }

        idsConsumed = count;
        return OperationStatus.Done;
    }

    private static bool TryWrite(StringBuilder piece, Span<char> destination, ref int charsWritten)
    {
        if (piece.Length > destination.Length - charsWritten)
        {
            return false;
        }

        piece.CopyTo(0, destination[charsWritten..], piece.Length);
        charsWritten += piece.Length;
        piece.Clear();
        return true;
    }
}

using System.Text;

namespace Batching.Tokenization;

/// <summary>
/// Walks through a text from added token to added token, as Hugging Face's <c>AddedVocabulary::find_matches</c> does:
/// tokens that have to be single words are left alone within others, and some take the white space beside them along.
/// </summary>
/// <param name="tokens">The tokens to find; null for none.</param>
/// <param name="text">The text.</param>
internal ref struct AddedTokenSplitter(AddedTokenSet? tokens, ReadOnlySpan<char> text)
{
    private readonly ReadOnlySpan<char> text = text;
    private int searched;
    private int position;
    private bool isAtEnd;

    /// <summary>Where the stretch before the token starts in the text.</summary>
    public int StretchStart { get; private set; }

    /// <summary>The stretch before the token, perhaps empty; after the last token the rest of the text.</summary>
    public readonly ReadOnlySpan<char> Stretch => text[StretchStart..StretchEnd];

    /// <summary>The token, or null where the text ends.</summary>
    public AddedToken? Token { get; private set; }

    /// <summary>What the token stands for, white space that it takes along included.</summary>
    public readonly ReadOnlySpan<char> TokenText => text[TokenTextStart..position];

    /// <summary>Where that starts in the text.</summary>
    public readonly int TokenTextStart => Math.Min(TokenStart, position);

    private int StretchEnd { get; set; }

    private int TokenStart { get; set; }

    /// <summary>Goes on to the next token, or to the rest of the text.</summary>
    public bool MoveNext()
    {
        if (isAtEnd)
        {
            return false;
        }

        while (tokens is not null && tokens.TryFind(text[searched..], out int offset, out int length, out AddedToken? token))
        {
            int start = searched + offset;
            int end = start + length;
            searched = end;
            if (token.IsSingleWord && (EndsWithWord(text[..start]) || StartsWithWord(text[end..])))
            {
                continue;
            }

            if (token.StripsLeft)
            {
                start = Math.Max(position, EndOfText(text[..start]));
            }

            if (token.StripsRight)
            {
                end += StartOfText(text[end..]);
            }

            // White space taken along by one token may be a token of its own, which is then found once more.
            StretchStart = position;
            StretchEnd = Math.Max(position, start);
            TokenStart = start;
            Token = token;
            position = end;
            return true;
        }

        isAtEnd = true;
        StretchStart = position;
        StretchEnd = text.Length;
        Token = null;
        return position < text.Length;
    }

    private static bool EndsWithWord(ReadOnlySpan<char> before)
    {
        if (before.IsEmpty)
        {
            return false;
        }

        Rune.DecodeLastFromUtf16(before, out Rune rune, out _);
        return UnicodeCategories.IsWord(rune.Value);
    }

    private static bool StartsWithWord(ReadOnlySpan<char> after)
    {
        if (after.IsEmpty)
        {
            return false;
        }

        Rune.DecodeFromUtf16(after, out Rune rune, out _);
        return UnicodeCategories.IsWord(rune.Value);
    }

    // Where the white space at the end starts.
    private static int EndOfText(ReadOnlySpan<char> before)
    {
        int end = before.Length;
        while (end > 0 && UnicodeCategories.IsWhiteSpace(before[end - 1]))
        {
            end--;
        }

        return end;
    }

    // Where the white space at the start ends.
    private static int StartOfText(ReadOnlySpan<char> after)
    {
        int start = 0;
        while (start < after.Length && UnicodeCategories.IsWhiteSpace(after[start]))
        {
            start++;
        }

        return start;
    }
}

using System.Text;

namespace Batching.Tokenization;

/// <summary>Tokens back to text, one after the other: a Hugging Face decoder.</summary>
/// <remarks>One a text; not thread-safe. <see cref="Finish"/> comes after the last token.</remarks>
internal abstract class TokenDecoder
{
    /// <summary>Appends what is certain of the text once <paramref name="token"/> is known.</summary>
    /// <returns>Whether all of the token is in the text; otherwise the next one, or the end, decides what becomes of it.</returns>
    public abstract bool Append(string token, StringBuilder text);

    /// <summary>Appends what was left open.</summary>
    public virtual void Finish(StringBuilder text)
    {
    }
}

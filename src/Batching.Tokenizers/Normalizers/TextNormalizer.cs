using Microsoft.ML.Tokenizers;

namespace Batching.Tokenization;

/// <summary>One of Hugging Face's normalizers: what is done to a whole stretch of text before it is split.</summary>
/// <remarks>
/// Immutable and thread-safe. A lone surrogate counts as U+FFFD, which is what it becomes when a text is turned into
/// UTF-8 for Hugging Face; what comes out holds none, or leaves them where they are for the next to do so.
/// </remarks>
internal abstract class TextNormalizer : Normalizer
{
    /// <summary>Appends what becomes of <paramref name="text"/>.</summary>
    /// <param name="text">The whole stretch; not part of the memory of <paramref name="normalized"/>.</param>
    /// <param name="normalized">Where to.</param>
    public abstract void Normalize(ReadOnlySpan<char> text, CharBuffer normalized);

    /// <summary>Does the same to <paramref name="text"/>, scalar by scalar, so that it is known where each came from.</summary>
    /// <param name="text">The whole stretch.</param>
    public abstract void Align(AlignedText text);

    public sealed override string Normalize(string original)
    {
        ArgumentNullException.ThrowIfNull(original);
        return Normalize(original.AsSpan());
    }

    public sealed override string Normalize(ReadOnlySpan<char> original)
    {
        using var normalized = new CharBuffer();
        Normalize(original, normalized);
        return normalized.Span.ToString();
    }
}

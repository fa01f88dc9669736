namespace Batching.Tokenization;

/// <summary>The options of Hugging Face's <c>BertNormalizer</c>.</summary>
/// <param name="CleanText"><c>clean_text</c>: drop control characters, turn white space into U+0020.</param>
/// <param name="HandleChineseChars"><c>handle_chinese_chars</c>: a space on both sides of every CJK ideograph.</param>
/// <param name="StripAccents"><c>strip_accents</c>: decompose and drop marks; null follows <paramref name="Lowercase"/>.</param>
/// <param name="Lowercase"><c>lowercase</c>: scalar by scalar, without culture and without a final sigma.</param>
internal sealed record NormalizerOptions(
    bool CleanText = true,
    bool HandleChineseChars = true,
    bool? StripAccents = null,
    bool Lowercase = true)
{
    /// <summary>Nothing is done to a text.</summary>
    public static NormalizerOptions None { get; } = new(CleanText: false, HandleChineseChars: false, StripAccents: false, Lowercase: false);

    /// <summary>What <see cref="StripAccents"/> comes down to.</summary>
    public bool StripsAccents => StripAccents ?? Lowercase;
}

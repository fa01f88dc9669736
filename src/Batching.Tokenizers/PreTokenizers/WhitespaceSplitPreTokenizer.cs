namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>WhitespaceSplit</c>: words between white space.</summary>
internal sealed class WhitespaceSplitPreTokenizer() : DelimiterPreTokenizer(DelimiterBehavior.Removed)
{
    public static WhitespaceSplitPreTokenizer Read(JsonSection json) => new();

    protected override bool IsDelimiter(int scalar) => UnicodeCategories.IsWhiteSpace(scalar);
}

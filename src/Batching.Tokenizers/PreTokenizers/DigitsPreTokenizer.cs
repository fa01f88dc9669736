namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>Digits</c>: numbers are words of their own, each digit by itself or all that are side by side.</summary>
internal sealed class DigitsPreTokenizer(bool isolatesEach) : DelimiterPreTokenizer(isolatesEach ? DelimiterBehavior.Isolated : DelimiterBehavior.Contiguous)
{
    public static DigitsPreTokenizer Read(JsonSection json) => new(
        json.Boolean("individual_digits") ?? throw json.Refuse("the Digits has no 'individual_digits'. Download the file again."));

    protected override bool IsDelimiter(int scalar) => UnicodeCategories.IsNumeric(scalar);
}

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>Punctuation</c>: splits a text at punctuation marks.</summary>
internal sealed class PunctuationPreTokenizer(DelimiterBehavior behavior) : DelimiterPreTokenizer(behavior)
{
    public static PunctuationPreTokenizer Read(JsonSection json) => new(DelimiterJson.ReadBehavior(json) ?? DelimiterBehavior.Isolated);

    protected override bool IsDelimiter(int scalar) => (ScalarTable.PropertiesOf(scalar) & ScalarProperties.Punctuation) != 0;
}

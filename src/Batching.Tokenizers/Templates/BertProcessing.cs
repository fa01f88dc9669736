namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>BertProcessing</c>.</summary>
internal static class BertProcessing
{
    public static Func<TokenSet, SpecialTokenNames, RowTemplate> Read(JsonSection json) =>
        (tokens, names) => RowTemplate.Bert(tokens.ClassifierOf(json, names), tokens.SeparatorOf(json, names));
}

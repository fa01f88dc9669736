namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>RobertaProcessing</c>.</summary>
internal static class RobertaProcessing
{
    public static Func<TokenSet, SpecialTokenNames, RowTemplate> Read(JsonSection json) =>
        (tokens, names) => RowTemplate.Roberta(tokens.ClassifierOf(json, names), tokens.SeparatorOf(json, names)) with
        {
            Trimming = json.Boolean("trim_offsets") ?? true ? new OffsetTrimming(json.Boolean("add_prefix_space") ?? true) : null,
        };
}

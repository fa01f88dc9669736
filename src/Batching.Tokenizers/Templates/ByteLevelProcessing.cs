namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>ByteLevel</c> as a post-processor: adds no tokens, and takes the spaces off the offsets.</summary>
internal static class ByteLevelProcessing
{
    public static Func<TokenSet, SpecialTokenNames, RowTemplate> Read(JsonSection json)
    {
        OffsetTrimming? trimming = json.Boolean("trim_offsets") ?? true ? new OffsetTrimming(json.Boolean("add_prefix_space") ?? true) : null;
        return (_, _) => RowTemplate.Bare with { Trimming = trimming };
    }
}

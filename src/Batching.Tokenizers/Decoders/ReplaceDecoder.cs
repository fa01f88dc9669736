namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>Replace</c> decoder: does to each token what the normalizer of that name does to a text.</summary>
internal sealed class ReplaceDecoder(TextNormalizer replacement) : DecoderStep
{
    public static Func<TokenDecoder> Read(JsonSection json) => StepDecoder.Of(new ReplaceDecoder(ReplaceNormalizer.Read(json)));

    public override void Apply(List<string> tokens)
    {
        for (int i = 0; i < tokens.Count; i++)
        {
            tokens[i] = replacement.Normalize(tokens[i]);
        }
    }
}

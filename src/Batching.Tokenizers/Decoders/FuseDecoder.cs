namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>Fuse</c> decoder: all tokens are one.</summary>
internal sealed class FuseDecoder : DecoderStep
{
    public static Func<TokenDecoder> Read(JsonSection json) => StepDecoder.Of(new FuseDecoder());

    public override void Apply(List<string> tokens)
    {
        string all = string.Concat(tokens);
        tokens.Clear();
        tokens.Add(all);
    }
}

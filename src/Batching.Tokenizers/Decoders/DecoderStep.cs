namespace Batching.Tokenization;

/// <summary>A step of a decoder that looks at all tokens of a text: Hugging Face's <c>decode_chain</c>.</summary>
internal abstract class DecoderStep
{
    /// <summary>What becomes of the tokens, in place.</summary>
    public abstract void Apply(List<string> tokens);
}

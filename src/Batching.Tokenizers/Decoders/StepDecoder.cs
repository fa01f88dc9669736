namespace Batching.Tokenization;

/// <summary>Hugging Face's decoders that look at all tokens of a text, each a <see cref="DecoderSequence"/> of one step.</summary>
internal static class StepDecoder
{
    /// <summary>A decoder of one step.</summary>
    public static Func<TokenDecoder> Of(DecoderStep step) => () => new DecoderSequence([step]);
}

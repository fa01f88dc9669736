namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>BPEDecoder</c>: the mark of a word's end becomes a space, and nothing at the end of the text.</summary>
internal sealed class BytePairDecoder(string suffix) : DecoderStep
{
    public static Func<TokenDecoder> Read(JsonSection json) => StepDecoder.Of(new BytePairDecoder(json.String("suffix") ?? "</w>"));

    public override void Apply(List<string> tokens)
    {
        for (int i = 0; i < tokens.Count && suffix.Length > 0; i++)
        {
            tokens[i] = tokens[i].Replace(suffix, i == tokens.Count - 1 ? "" : " ", StringComparison.Ordinal);
        }
    }
}

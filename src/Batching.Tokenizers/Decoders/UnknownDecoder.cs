using System.Text;

namespace Batching.Tokenization;

/// <summary>A decoder that is not supported: nothing but decoding needs it, and says so.</summary>
internal sealed class UnknownDecoder(string type) : TokenDecoder
{
    public static Func<TokenDecoder> Read(string type) => () => new UnknownDecoder(type);

    public override bool Append(string token, StringBuilder text) => throw new NotSupportedException(
        $"The tokenizer's decoder is of type '{type}', which is not supported: its ids cannot be turned into a text. Ask for the tokens instead, or use a tokenizer with another decoder.");
}

using System.Text;

namespace Batching.Tokenization;

/// <summary>Tokens with a space between: what Hugging Face gives where there is no decoder.</summary>
internal sealed class SpacedDecoder : TokenDecoder
{
    private bool isFirst = true;

    public override bool Append(string token, StringBuilder text)
    {
        if (!isFirst)
        {
            text.Append(' ');
        }

        text.Append(token);
        isFirst = false;
        return true;
    }
}

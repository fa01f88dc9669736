using System.Text;

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>Metaspace</c> decoder: the sign for a space becomes one.</summary>
/// <param name="replacement">The sign, usually U+2581.</param>
/// <param name="dropsFirst">Whether those of the first token stand for nothing.</param>
internal sealed class MetaspaceDecoder(string replacement, bool dropsFirst) : TokenDecoder
{
    private bool isFirst = true;

    public static Func<TokenDecoder> Read(JsonSection json)
    {
        string replacement = MetaspaceJson.ReadReplacement(json);
        bool dropsFirst = MetaspaceJson.ReadPrependScheme(json) != PrependScheme.Never;
        return () => new MetaspaceDecoder(replacement, dropsFirst);
    }

    public override bool Append(string token, StringBuilder text)
    {
        text.Append(token.Replace(replacement, isFirst && dropsFirst ? "" : " ", StringComparison.Ordinal));
        isFirst = false;
        return true;
    }
}

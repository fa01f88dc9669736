using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>ByteFallback</c> decoder: tokens such as <c>&lt;0xE2&gt;</c> side by side are UTF-8; where they are not, each is U+FFFD.</summary>
internal sealed class ByteFallbackDecoder : DecoderStep
{
    public static Func<TokenDecoder> Read(JsonSection json) => StepDecoder.Of(new ByteFallbackDecoder());

    public override void Apply(List<string> tokens)
    {
        List<string> decoded = [];
        List<byte> bytes = [];
        foreach (string token in tokens)
        {
            if (ByteOf(token) is { } value)
            {
                bytes.Add(value);
                continue;
            }

            Flush(bytes, decoded);
            decoded.Add(token);
        }

        Flush(bytes, decoded);
        tokens.Clear();
        tokens.AddRange(decoded);
    }

    private static void Flush(List<byte> bytes, List<string> decoded)
    {
        byte[] all = [.. bytes];
        bytes.Clear();
        if (Utf8.IsValid(all))
        {
            decoded.Add(Encoding.UTF8.GetString(all));
        }
        else
        {
            decoded.AddRange(Enumerable.Repeat("\uFFFD", all.Length));
        }
    }

    private static byte? ByteOf(string token) =>
        token.Length == 6
        && token.StartsWith("<0x", StringComparison.Ordinal)
        && token.EndsWith('>')
        && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value)
            ? value
            : null;
}

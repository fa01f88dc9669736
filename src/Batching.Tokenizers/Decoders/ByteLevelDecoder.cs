using System.Text;

namespace Batching.Tokenization;

/// <summary>
/// Hugging Face's <c>ByteLevel</c> decoder: tokens spell bytes, and the bytes of all of them are UTF-8. What is not becomes
/// U+FFFD.
/// </summary>
internal sealed class ByteLevelDecoder : TokenDecoder
{
    private readonly Decoder utf8 = Encoding.UTF8.GetDecoder();

    public static Func<TokenDecoder> Read(JsonSection json) => static () => new ByteLevelDecoder();

    public override bool Append(string token, StringBuilder text)
    {
        // A token with another character is taken as it stands.
        var bytes = new byte[token.Length];
        Write(ByteAlphabet.TryGetBytes(token, bytes) ? bytes : Encoding.UTF8.GetBytes(token), flush: false, text);

        // A character that is begun has to be ended by the next token.
        return !HasOpenCharacter();
    }

    public override void Finish(StringBuilder text) => Write([], flush: true, text);

    private void Write(ReadOnlySpan<byte> bytes, bool flush, StringBuilder text)
    {
        var chars = new char[utf8.GetCharCount(bytes, flush)];
        text.Append(chars, 0, utf8.GetChars(bytes, chars, flush));
    }

    private bool HasOpenCharacter() => utf8.GetCharCount([], flush: true) > 0;
}

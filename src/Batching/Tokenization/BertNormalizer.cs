using System.Text;

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>BertNormalizer</c> over a whole text.</summary>
/// <remarks>
/// The hot path (<see cref="WordPieceEncoder"/>) normalizes scalar by scalar with the same <see cref="ScalarNormalizer"/>
/// and never makes this text; it serves those who want tokens with offsets, or the parts of a tokenizer, and sequences of
/// normalizers.
/// </remarks>
internal sealed class BertNormalizer(ScalarNormalizer scalars) : TextNormalizer
{
    public override void Normalize(ReadOnlySpan<char> text, CharBuffer normalized)
    {
        var buffer = new ScalarBuffer(stackalloc char[256]);
        Span<int> output = stackalloc int[ScalarNormalizer.LongestOutput];

        // A lone surrogate is enumerated as U+FFFD, as it is when a text is turned into UTF-8 for Hugging Face.
        foreach (Rune rune in text.EnumerateRunes())
        {
            foreach (int scalar in output[..scalars.Normalize(rune.Value, output)])
            {
                if (!scalars.StripsAccents)
                {
                    buffer.Append(scalar);
                }
                else if (scalar == ScalarNormalizer.EndOfRun)
                {
                    buffer.EndRun();
                }
                else
                {
                    buffer.AppendInOrder(scalar);
                }
            }
        }

        buffer.EndRun();
        normalized.Append(buffer.Text);
        buffer.Dispose();
    }
}

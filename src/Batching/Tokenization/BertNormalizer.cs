using System.Text;
using Microsoft.ML.Tokenizers;

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>BertNormalizer</c> over a whole text.</summary>
/// <remarks>
/// The hot path (<see cref="WordPieceEncoder"/>) normalizes scalar by scalar with the same <see cref="ScalarNormalizer"/>
/// and never makes this string; it serves those who want tokens with offsets, or the parts of a tokenizer.
/// </remarks>
internal sealed class BertNormalizer(ScalarNormalizer scalars) : Normalizer
{
    public override string Normalize(string original)
    {
        ArgumentNullException.ThrowIfNull(original);
        return Normalize(original.AsSpan());
    }

    public override string Normalize(ReadOnlySpan<char> original)
    {
        var normalized = new ScalarBuffer(stackalloc char[256]);
        Span<int> output = stackalloc int[ScalarNormalizer.LongestOutput];

        // A lone surrogate is enumerated as U+FFFD, as it is when a text is turned into UTF-8 for Hugging Face.
        foreach (Rune rune in original.EnumerateRunes())
        {
            foreach (int scalar in output[..scalars.Normalize(rune.Value, output)])
            {
                if (!scalars.StripsAccents)
                {
                    normalized.Append(scalar);
                }
                else if (scalar == ScalarNormalizer.EndOfRun)
                {
                    normalized.EndRun();
                }
                else
                {
                    normalized.AppendInOrder(scalar);
                }
            }
        }

        normalized.EndRun();
        string text = normalized.Text.ToString();
        normalized.Dispose();
        return text;
    }
}

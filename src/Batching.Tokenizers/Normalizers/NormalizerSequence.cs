namespace Batching.Tokenization;

/// <summary>Normalizers one after the other.</summary>
/// <param name="steps">At least two, none of them a sequence itself.</param>
internal sealed class NormalizerSequence(IReadOnlyList<TextNormalizer> steps) : TextNormalizer
{
    public override void Normalize(ReadOnlySpan<char> text, CharBuffer normalized)
    {
        EncodingScratch scratch = EncodingScratch.Current;
        ReadOnlySpan<char> current = text;
        CharBuffer next = scratch.Step;
        CharBuffer other = scratch.OtherStep;
        for (int i = 0; i < steps.Count - 1; i++)
        {
            next.Clear();
            steps[i].Normalize(current, next);
            current = next.Span;
            (next, other) = (other, next);
        }

        steps[^1].Normalize(current, normalized);
        EncodingScratch.Trim(next);
        EncodingScratch.Trim(other);
    }

    public override void Align(AlignedText text)
    {
        foreach (TextNormalizer step in steps)
        {
            step.Align(text);
        }
    }
}

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>Sequence</c>: normalizers one after the other.</summary>
internal sealed class NormalizerSequence : TextNormalizer
{
    private readonly TextNormalizer[] steps;

    private NormalizerSequence(TextNormalizer[] steps) => this.steps = steps;

    /// <summary>None of them a sequence itself.</summary>
    public IReadOnlyList<TextNormalizer> Steps => steps;

    // How deep sequences go within sequences is limited by the depth of the JSON.
    /// <param name="json">The sequence.</param>
    /// <param name="readStep">Reads a step, by the name of its type.</param>
    public static TextNormalizer? Read(JsonSection json, Func<JsonSection, TextNormalizer?> readStep) => json.Has("normalizers")
        ? Of([.. json.Sections("normalizers").Select(readStep).OfType<TextNormalizer>()])
        : throw json.Refuse("the Sequence has no 'normalizers'. Download the file again.");

    /// <summary>One normalizer that does what several do, sequences among them; null for none.</summary>
    public static TextNormalizer? Of(params IReadOnlyList<TextNormalizer> steps)
    {
        TextNormalizer[] all = [.. steps.SelectMany(step => step is NormalizerSequence sequence ? sequence.steps : [step])];
        return all.Length < 2 ? all.SingleOrDefault() : new NormalizerSequence(all);
    }

    public override void Normalize(ReadOnlySpan<char> text, CharBuffer normalized)
    {
        EncodingScratch scratch = EncodingScratch.Current;
        ReadOnlySpan<char> current = text;
        CharBuffer next = scratch.Step;
        CharBuffer other = scratch.OtherStep;
        for (int i = 0; i < steps.Length - 1; i++)
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

using System.Text;

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>Sequence</c> of decoders. Nothing is certain before the last token.</summary>
internal sealed class DecoderSequence(IReadOnlyList<DecoderStep> steps) : TokenDecoder
{
    private readonly List<string> tokens = [];

    /// <param name="json">The sequence.</param>
    /// <param name="readStep">Reads a step, by the name of its type.</param>
    public static Func<TokenDecoder> Read(JsonSection json, Func<JsonSection, Func<TokenDecoder>> readStep)
    {
        Func<TokenDecoder>[] steps = [.. json.Sections("decoders").Select(readStep)];
        return () => new DecoderSequence([.. steps.Select(create => create() switch
        {
            DecoderSequence sequence => new SequenceStep(sequence.Steps),
            var decoder => (DecoderStep)new DecoderAsStep(decoder),
        })]);
    }

    private IReadOnlyList<DecoderStep> Steps => steps;

    public override bool Append(string token, StringBuilder text)
    {
        tokens.Add(token);
        return false;
    }

    public override void Finish(StringBuilder text)
    {
        foreach (DecoderStep step in steps)
        {
            step.Apply(tokens);
        }

        text.AppendJoin("", tokens);
        tokens.Clear();
    }

    private sealed class SequenceStep(IReadOnlyList<DecoderStep> steps) : DecoderStep
    {
        public override void Apply(List<string> tokens)
        {
            foreach (DecoderStep step in steps)
            {
                step.Apply(tokens);
            }
        }
    }

    // A decoder that writes what it is sure of: what it writes for a token takes the token's place.
    private sealed class DecoderAsStep(TokenDecoder decoder) : DecoderStep
    {
        public override void Apply(List<string> tokens)
        {
            var text = new StringBuilder();
            for (int i = 0; i < tokens.Count; i++)
            {
                text.Clear();
                decoder.Append(tokens[i], text);
                if (i == tokens.Count - 1)
                {
                    decoder.Finish(text);
                }

                tokens[i] = text.ToString();
            }
        }
    }
}

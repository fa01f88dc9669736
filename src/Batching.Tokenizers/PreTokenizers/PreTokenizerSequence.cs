namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>Sequence</c>: pre-tokenizers one after the other; none leaves a text whole.</summary>
/// <param name="steps">None of them a sequence itself.</param>
internal sealed class PreTokenizerSequence(TextPreTokenizer[] steps) : TextPreTokenizer
{
    public IReadOnlyList<TextPreTokenizer> Steps => steps;

    // How deep sequences go within sequences is limited by the depth of the JSON.
    /// <param name="json">The sequence.</param>
    /// <param name="readStep">Reads a step, by the name of its type.</param>
    public static TextPreTokenizer? Read(JsonSection json, Func<JsonSection, TextPreTokenizer?> readStep)
    {
        if (!json.Has("pretokenizers"))
        {
            throw json.Refuse("the Sequence has no 'pretokenizers'. Download the file again.");
        }

        List<TextPreTokenizer> steps = [];
        foreach (JsonSection section in json.Sections("pretokenizers"))
        {
            TextPreTokenizer? step = readStep(section);
            steps.AddRange(step is PreTokenizerSequence sequence ? sequence.Steps : step is null ? [] : [step]);
        }

        if (steps.Skip(1).Any(step => step is MetaspacePreTokenizer { PrependScheme: PrependScheme.First }))
        {
            throw json.Refuse(
                $"after another step the 'prepend_scheme' 'first' is not supported; 'always' and 'never' are. {SupportedTokenizers.Advice}");
        }

        return steps.Count < 2 ? steps.SingleOrDefault() : new PreTokenizerSequence([.. steps]);
    }

    public override void Apply(TextPieces pieces)
    {
        foreach (TextPreTokenizer step in steps)
        {
            step.Apply(pieces);
        }
    }

    protected override void Split(TextPieces pieces) => throw new NotSupportedException("A sequence splits a text step after step.");
}

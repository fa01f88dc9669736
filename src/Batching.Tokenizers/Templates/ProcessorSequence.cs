namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>Sequence</c> of post-processors: each puts its tokens around what the one before it has made.</summary>
internal static class ProcessorSequence
{
    /// <param name="json">The sequence.</param>
    /// <param name="readStep">Reads a step, by the name of its type.</param>
    public static Func<TokenSet, SpecialTokenNames, RowTemplate> Read(
        JsonSection json, Func<JsonSection, Func<TokenSet, SpecialTokenNames, RowTemplate>> readStep)
    {
        if (!json.Has("processors"))
        {
            throw json.Refuse("the Sequence has no 'processors'. Download the file again.");
        }

        Func<TokenSet, SpecialTokenNames, RowTemplate>[] steps = [.. json.Sections("processors").Select(readStep)];
        return (tokens, names) => steps.Select(step => step(tokens, names)).Aggregate(RowTemplate.Bare, (inner, outer) =>
            inner.PiecesOfFirst is not null || outer.IsBare
                ? outer.Around(inner)
                : throw json.Refuse("behind a TemplateProcessing comes another post-processor that adds tokens, which is not supported. Put the tokens into the template."));
    }
}

namespace Batching.Tokenization;

/// <summary>All tokens of a tokenizer by name, of its model and added ones, for what else its files name.</summary>
internal sealed class TokenSet(IReadOnlyDictionary<string, int> vocabulary, IReadOnlyList<AddedToken> addedTokens, string file)
{
    private readonly Dictionary<string, int> added = addedTokens
        .DistinctBy(token => token.Content, StringComparer.Ordinal)
        .ToDictionary(token => token.Content, token => token.Id, StringComparer.Ordinal);

    /// <summary>The id of a post-processor's <c>cls</c>, or of what the configuration calls it.</summary>
    public int ClassifierOf(JsonSection processor, SpecialTokenNames names) =>
        IdOf(processor.TokenOfPair("cls") ?? names.Classifier, "classifier", TokenizerFiles.Tokenizer);

    /// <summary>The id of a post-processor's <c>sep</c>, or of what the configuration calls it.</summary>
    public int SeparatorOf(JsonSection processor, SpecialTokenNames names) =>
        IdOf(processor.TokenOfPair("sep") ?? names.Separator, "separator", TokenizerFiles.Tokenizer);

    /// <param name="token">The token.</param>
    /// <param name="role">What it is to the tokenizer, such as <c>pad</c>.</param>
    /// <param name="namedIn">The file that names it.</param>
    /// <exception cref="ModelLoadException">There is no such token.</exception>
    public int IdOf(string token, string role, string namedIn = TokenizerFiles.Configuration) =>
        added.TryGetValue(token, out int id) || vocabulary.TryGetValue(token, out id)
            ? id
            : throw new ModelLoadException(
                $"The vocabulary in '{file}' has no {token}, the tokenizer's {role} token. Use the vocabulary that the model was trained with, or name its {role} token in {namedIn}.",
                file);
}

namespace Batching.Tokenization;

/// <summary>All tokens of a tokenizer by name, of its model and added ones, for what else its files name.</summary>
internal sealed class TokenSet(IReadOnlyDictionary<string, int> vocabulary, IReadOnlyList<AddedToken> addedTokens, string file)
{
    private readonly Dictionary<string, int> added = addedTokens
        .DistinctBy(token => token.Content, StringComparer.Ordinal)
        .ToDictionary(token => token.Content, token => token.Id, StringComparer.Ordinal);

    private readonly Lazy<HashSet<int>> ids = new(() => [.. vocabulary.Values, .. addedTokens.Select(token => token.Id)]);

    /// <summary>The id of a post-processor's <c>cls</c>, or of what the configuration calls it.</summary>
    public int ClassifierOf(JsonSection processor, SpecialTokenNames names) => OfPair(processor, "cls", names.Classifier, "classifier");

    /// <summary>The id of a post-processor's <c>sep</c>, or of what the configuration calls it.</summary>
    public int SeparatorOf(JsonSection processor, SpecialTokenNames names) => OfPair(processor, "sep", names.Separator, "separator");

    // Hugging Face uses the id beside the token, whatever the token is.
    private int OfPair(JsonSection processor, string name, string otherwise, string role) => processor.TokenAndId(name) is not { } pair
        ? IdOf(otherwise, role, TokenizerFiles.Tokenizer)
        : Has(pair.Id)
            ? pair.Id
            : throw processor.Refuse($"the id of {pair.Token}, the {role} token, is {pair.Id}, which no token has. Download the file again.");

    /// <summary>Whether a token has this id.</summary>
    public bool Has(int id) => ids.Value.Contains(id);

    /// <returns>The id of a token, or null where there is none.</returns>
    public int? Find(string token) => added.TryGetValue(token, out int id) || vocabulary.TryGetValue(token, out id) ? id : null;

    /// <param name="token">The token.</param>
    /// <param name="role">What it is to the tokenizer, such as <c>pad</c>.</param>
    /// <param name="namedIn">The file that names it.</param>
    /// <exception cref="ModelLoadException">There is no such token.</exception>
    public int IdOf(string token, string role, string namedIn = TokenizerFiles.Configuration) =>
        Find(token) ?? throw new ModelLoadException(
                $"The vocabulary in '{file}' has no {token}, the tokenizer's {role} token. Use the vocabulary that the model was trained with, or name its {role} token in {namedIn}.",
                file);
}

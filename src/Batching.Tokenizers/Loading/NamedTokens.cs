namespace Batching.Tokenization;

/// <summary>The special tokens that a tokenizer's configuration names, found in texts whether or not its own file says so.</summary>
internal static class NamedTokens
{
    /// <summary>The added tokens, and behind them the named ones that are not among them: so does Hugging Face when it loads a tokenizer.</summary>
    /// <param name="added">The added tokens of the file.</param>
    /// <param name="names">The names; one that is not in the vocabulary is left out, as no model knows it.</param>
    /// <param name="vocabulary">The vocabulary of the model.</param>
    /// <param name="config">What the files say of the mask.</param>
    /// <param name="isWordPiece">Whether the model is WordPiece: with the others the mask takes the space before it along.</param>
    public static IReadOnlyList<AddedToken> Complete(
        IReadOnlyList<AddedToken> added,
        SpecialTokenNames names,
        IReadOnlyDictionary<string, int> vocabulary,
        TokenizerConfig config,
        bool isWordPiece)
    {
        List<AddedToken> all = [.. added];
        foreach (string name in (string[])[names.Classifier, names.Separator, names.Unknown, names.Pad, names.Mask])
        {
            if (!vocabulary.TryGetValue(name, out int id) || all.Exists(token => token.Content == name))
            {
                continue;
            }

            all.Add(name != names.Mask
                ? new AddedToken(name, id, IsSpecial: true)
                : new AddedToken(
                    name,
                    id,
                    IsSpecial: true,
                    config.TokenOption("mask_token", "single_word") ?? false,
                    config.TokenOption("mask_token", "lstrip") ?? !isWordPiece,
                    config.TokenOption("mask_token", "rstrip") ?? false));
        }

        return all;
    }
}

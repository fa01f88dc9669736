namespace Batching.Folders;

/// <summary>The tokenizer of a model: that of its files, with a limit that the model takes.</summary>
internal static class ModelTokenizer
{
    /// <param name="folder">Where the files are.</param>
    /// <param name="config">The model's configuration, whose positions limit a row as well.</param>
    /// <param name="maxLength">A limit of the caller's, at most the others.</param>
    /// <param name="side">The caller's side to cut at; null for that of the files.</param>
    /// <exception cref="ModelLoadException">A file is missing, damaged, of a kind not supported, or leaves no room for a text.</exception>
    /// <exception cref="ArgumentException">The caller's limit is out of its range, or there is no such side.</exception>
    public static SequenceTokenizer Load(ModelFolder folder, ModelConfig config, int? maxLength, TruncationSide? side)
    {
        SequenceTokenizer tokenizer = SequenceTokenizer.Load(folder);
        int least = Math.Max(1, tokenizer.CountSpecialTokens());
        int? limit = tokenizer.MaxLength < config.MaxPositions ? tokenizer.MaxLength : config.MaxPositions ?? tokenizer.MaxLength;
        if (limit < least)
        {
            string file = folder.PathOf(ModelConfig.FileName);
            throw new ModelLoadException(
                $"'{file}' sets the limit of a row to {limit}, which leaves no room for its {least} special tokens. Correct the limit.", file);
        }

        if (maxLength < least || maxLength > limit)
        {
            string most = limit is null ? "" : $", and at most {limit}, the longest row that the model in {folder.Name} takes";
            throw new ArgumentException(
                $"{nameof(SequenceClassifierOptions.MaxLength)} is {maxLength}; it has to be at least {least}, the number of special tokens{most}.", nameof(maxLength));
        }

        tokenizer = tokenizer.WithMaxLength(maxLength ?? limit);
        return side is { } other ? tokenizer.WithTruncationSide(other) : tokenizer;
    }
}

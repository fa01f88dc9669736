using Batching.Tokenization;

namespace Batching;

/// <summary>The files that a tokenizer is read from, as Hugging Face names them: for whoever downloads or copies a tokenizer.</summary>
public static class TokenizerFiles
{
    /// <summary>The file that holds a whole tokenizer.</summary>
    public const string Tokenizer = "tokenizer.json";

    /// <summary>The file that configures one: its limit, its sides, and what it calls its special tokens.</summary>
    public const string Configuration = "tokenizer_config.json";

    /// <summary>The names that SentencePiece files have in Hugging Face's classes.</summary>
    internal static readonly string[] SentencePieceNames = ["sentencepiece.bpe.model", "spiece.model", "spm.model", "tokenizer.model"];

    // The first that is there whole.
    private static readonly string[][] Choices =
    [
        [Tokenizer], [VocabularyText.FileName, BertweetFiles.CodesFileName], [VocabularyText.FileName], [BytePairFiles.VocabularyFileName, BytePairFiles.MergesFileName], .. SentencePieceNames.Select(name => new[] { name }),
    ];

    /// <summary>The files beside the tokenizer's own that are read if they are there.</summary>
    public static IReadOnlyList<string> Configurations { get; } = [Configuration, TokenizerConfig.SpecialTokensFileName, TokenizerConfig.AddedTokensFileName];

    /// <summary>Chooses the tokenizer's own files out of those that are there.</summary>
    /// <param name="contains">Whether there is a file of a name.</param>
    /// <returns>The files, all of which are there; none where there is no tokenizer.</returns>
    public static IReadOnlyList<string> Select(Func<string, bool> contains)
    {
        ArgumentNullException.ThrowIfNull(contains);
        return Choices.FirstOrDefault(choice => choice.All(contains)) ?? [];
    }
}

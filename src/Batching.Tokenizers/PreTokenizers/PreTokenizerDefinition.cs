namespace Batching.Tokenization;

/// <summary>A <c>pre_tokenizer</c> of <c>tokenizer.json</c>.</summary>
internal abstract record PreTokenizerDefinition
{
    private PreTokenizerDefinition()
    {
    }

    /// <summary><c>BertPreTokenizer</c>.</summary>
    public sealed record Bert : PreTokenizerDefinition;

    /// <summary><c>ByteLevel</c>.</summary>
    /// <param name="AddPrefixSpace"><c>add_prefix_space</c>: every stretch of text starts with a space.</param>
    /// <param name="UseRegex"><c>use_regex</c>: split as GPT-2 does; otherwise a stretch is one word.</param>
    public sealed record ByteLevel(bool AddPrefixSpace, bool UseRegex) : PreTokenizerDefinition;

    /// <summary><c>WhitespaceSplit</c>.</summary>
    public sealed record WhitespaceSplit : PreTokenizerDefinition;

    /// <summary><c>Metaspace</c>.</summary>
    /// <param name="Replacement">What stands for a space, usually U+2581.</param>
    /// <param name="PrependScheme">Which stretches it is put before.</param>
    /// <param name="Split">Whether a stretch is split before each; otherwise it is one word.</param>
    public sealed record Metaspace(string Replacement, PrependScheme PrependScheme, bool Split) : PreTokenizerDefinition;

    /// <summary><c>Sequence</c>: one after the other; none of them a sequence itself.</summary>
    public sealed record Sequence(IReadOnlyList<PreTokenizerDefinition> Steps) : PreTokenizerDefinition;
}

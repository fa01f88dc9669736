using Xunit;

namespace Batching.Tests.Tokenization;

/// <summary>What a tokenizer says of files that other readers read otherwise.</summary>
public sealed class NotesTests
{
    [Theory]
    [InlineData("bert-lower", "'do_lower_case' of tokenizer_config.json", "'lowercase' is true")]
    [InlineData("bert-absent-cased", "the default of 'do_lower_case'", "'lowercase' is true")]
    [InlineData("rob-prefix-true", "'add_prefix_space' of tokenizer_config.json", "is true")]
    [InlineData("llama-prefix-false", "'add_prefix_space' of tokenizer_config.json is false", "nothing is put before a text")]
    [InlineData("spm-DebertaV2Tokenizer-punct", "'split_by_punct' of tokenizer_config.json changes nothing", "DebertaV2Tokenizer")]
    public void A_setting_that_changes_the_file_or_is_disputed_is_noted(string folder, params string[] parts)
    {
        SequenceTokenizer tokenizer = GoldenArchive.Load("config-overrides.zip", folder);
        Assert.Contains(tokenizer.Notes, note => parts.All(part => note.Contains(part, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("bert-noclean-agrees")]
    [InlineData("rob-prefix-agrees")]
    [InlineData("nothing-beside")]
    public void Where_all_agree_nothing_is_noted(string folder) => Assert.Empty(GoldenArchive.Load("config-overrides.zip", folder).Notes);
}

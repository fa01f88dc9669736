using System.Text.Json.Nodes;
using Xunit;

namespace Batching.Tests.Folders;

/// <summary>Tokenizers of kinds that are not supported are refused by their names.</summary>
public sealed class TokenizerKindTests
{
    private const string Json = "tokenizer.json";
    private const string Advice = "Use a model with a tokenizer like that of BERT or DistilBERT";

    [Theory]
    [InlineData("model", """{"vocab":{"a":0},"merges":[],"continuing_subword_prefix":null}""", "'none'")]
    [InlineData("model", """{"vocab":{"a":0},"merges":[],"continuing_subword_prefix":""}""", "'none'")]
    [InlineData("model", """{"vocab":{"a":0},"unk_token":"a"}""", "'none'")]
    [InlineData("normalizer", """{"type":"Spelling"}""", "'Spelling'")]
    [InlineData("normalizer", """{"type":"Sequence","normalizers":[{"type":"Lowercase"},{"type":"Spelling"}]}""", "'Spelling'")]
    [InlineData("normalizer", """{}""", "'none'")]
    [InlineData("pre_tokenizer", """{"type":"Sentences"}""", "'Sentences'")]
    [InlineData("pre_tokenizer", """{"type":"Sequence","pretokenizers":[{"type":"BertPreTokenizer"},{"type":"Sentences"}]}""", "'Sentences'")]
    [InlineData("post_processor", """{"type":"Shuffle"}""", "'Shuffle'")]
    [InlineData("post_processor", """{}""", "'none'")]
    public void A_part_of_another_kind_is_refused_by_its_name(string part, string value, string name)
    {
        using var model = ModelFolderBuilder.Copy("bert-cased-pairs").Edit(Json, json => json[part] = JsonNode.Parse(value));
        Refusal.Of(model, Json, part, name, Advice);
    }

    [Theory]
    [InlineData("RobertaTokenizer")]
    [InlineData("BertJapaneseTokenizer")]
    [InlineData("XLMRobertaTokenizer")]
    public void A_vocabulary_text_of_another_tokenizer_is_refused_by_its_class(string name)
    {
        using var model = ModelFolderBuilder.Copy().Edit("tokenizer_config.json", json => json["tokenizer_class"] = name);
        Refusal.Of(model, "vocab.txt", "'tokenizer_config.json'", $"'{name}'", "BERT's own and MPNetTokenizer", "Save the tokenizer again");
    }

    [Theory]
    [InlineData("BertTokenizer")]
    [InlineData("BertTokenizerFast")]
    [InlineData("DistilBertTokenizer")]
    [InlineData("DistilBertTokenizerFast")]
    [InlineData(null)]
    public void A_vocabulary_text_of_BERTs_own_tokenizers_loads(string? name)
    {
        using var model = ModelFolderBuilder.Copy().Edit("tokenizer_config.json", json => json["tokenizer_class"] = name);
        model.Load().Dispose();
    }

    [Fact]
    public void An_older_file_that_does_not_name_the_kind_of_its_model_loads()
    {
        using var model = ModelFolderBuilder.Copy("bert-cased-pairs").Edit(Json, json => json["model"]!.AsObject().Remove("type"));
        AssertSameIds(model);
    }

    [Fact]
    public void A_BertProcessing_puts_the_same_tokens_around_a_text_as_its_template()
    {
        using var model = ModelFolderBuilder.Copy("bert-cased-pairs").Edit(
            Json, json => json["post_processor"] = JsonNode.Parse("""{"type":"BertProcessing","sep":["[SEP]",3],"cls":["[CLS]",2]}"""));
        AssertSameIds(model);
    }

    [Fact]
    public void A_BertProcessing_names_its_own_tokens()
    {
        using var model = ModelFolderBuilder.Copy("bert-cased-pairs").Edit(
            Json, json => json["post_processor"] = JsonNode.Parse("""{"type":"BertProcessing","sep":["[SEP]",3],"cls":["[MASK]",4]}"""));
        using SequenceClassifier classifier = model.Load();
        Assert.Equal([4, 3], classifier.Tokenizer.Encode("").InputIds);
    }

    [Theory]
    [InlineData("""{"type":"BertProcessing","sep":"[SEP]","cls":["[CLS]",2]}""", "'post_processor.sep'")]
    [InlineData("""{"type":"BertProcessing","sep":["[SEP]",3],"cls":[2,"[CLS]"]}""", "'post_processor.cls[0]'")]
    [InlineData("""{"type":"TemplateProcessing","pair":[]}""", "the template 'single' does not hold each text once and in order")]
    [InlineData("""{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A"}}],"pair":[{"Sequence":{"id":"B"}},{"Sequence":{"id":"A"}}]}""", "the template 'pair' does not hold each text once and in order")]
    [InlineData("""{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A"}},{"Sequence":{"id":"A"}}]}""", "the template 'single' does not hold each text once and in order")]
    [InlineData("""{"type":"TemplateProcessing","single":[{"Sequence":{"id":"C"}}]}""", "the sequence is 'C', expected 'A' or 'B'")]
    [InlineData("""{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>"}},{"Sequence":{"id":"A"}}]}""", "has no <s>, the tokenizer's special token")]
    [InlineData("""{"type":"TemplateProcessing","single":[{"SpecialToken":{}},{"Sequence":{"id":"A"}}]}""", "the special token has no 'id'")]
    [InlineData("""{"type":"TemplateProcessing","single":[{}]}""", "expected a 'SpecialToken' or a 'Sequence'")]
    [InlineData("""{"type":"TemplateProcessing","single":[[]]}""", "'post_processor.single[0]'")]
    [InlineData("""{"type":"TemplateProcessing","single":"A"}""", "'post_processor.single'")]
    [InlineData("""{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"[CLS]"}},{"Sequence":{"id":"A"}}],"special_tokens":{"[CLS]":{"ids":["[CLS]"]}}}""", "'post_processor.special_tokens.[CLS].ids[0]'")]
    public void A_damaged_post_processor_is_refused(string processor, string says)
    {
        using var model = ModelFolderBuilder.Copy("bert-cased-pairs").Edit(Json, json => json["post_processor"] = JsonNode.Parse(processor));
        Refusal.Of(model, Json, says);
    }

    private static void AssertSameIds(ModelFolderBuilder model)
    {
        var original = SequenceTokenizer.Load(Repository.Contract("bert-cased-pairs"));
        using SequenceClassifier classifier = model.Load();
        TextInput input = ("I hate this so much!", "Short.");
        Assert.Equal(original.Encode(input).InputIds, classifier.Tokenizer.Encode(input).InputIds);
        Assert.Equal(original.Encode(input).TokenTypeIds, classifier.Tokenizer.Encode(input).TokenTypeIds);
    }
}

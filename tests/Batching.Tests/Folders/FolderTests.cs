using Xunit;

namespace Batching.Tests.Folders;

/// <summary>Which files a model's folder has to hold, and which .onnx file of several is taken.</summary>
public sealed class FolderTests
{
    private const string Exporter = "optimum-cli export onnx --task text-classification";

    [Fact]
    public void A_folder_that_does_not_exist_is_named()
    {
        using var model = ModelFolderBuilder.Copy();
        string missing = model.PathOf("missing");
        Refusal.Of(() => SequenceClassifier.Load(missing), missing, "does not exist", "Give the folder that holds config.json");
        Refusal.Of(() => SequenceModel.Load(missing), missing, "does not exist");
        Assert.Equal(missing, Assert.Throws<ModelLoadException>(() => SequenceTokenizer.Load(missing)).File);
    }

    [Fact]
    public void A_file_given_for_the_folder_is_named()
    {
        using var model = ModelFolderBuilder.Copy();
        string file = model.PathOf("model.onnx");
        Refusal.Of(() => SequenceClassifier.Load(file), file, "is a file", "Give the folder");
    }

    [Fact]
    public async Task A_load_in_the_background_fails_alike()
    {
        using var model = ModelFolderBuilder.Copy().Delete("model.onnx");
        Task<SequenceClassifier> load = SequenceClassifier.LoadAsync(model.Folder, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(model.Folder, (await Assert.ThrowsAsync<ModelLoadException>(() => load)).File);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    public void A_folder_without_a_name_is_no_argument(string? folder) =>
        Assert.ThrowsAny<ArgumentException>(() => SequenceClassifier.Load(folder!));

    [Fact]
    public void A_folder_without_an_onnx_file_asks_for_an_export()
    {
        using var model = ModelFolderBuilder.Copy().Delete("model.onnx");
        Refusal.Of(model, "", "neither 'onnx/model.onnx' nor 'model.onnx'", Exporter);
    }

    [Fact]
    public void A_folder_with_other_onnx_files_lists_them()
    {
        using var model = ModelFolderBuilder.Copy().Move("model.onnx", "onnx/model_q4.onnx");
        Refusal.Of(model, "", "It has 'onnx/model_q4.onnx'", nameof(SequenceModelOptions.ModelFile), nameof(SequenceModelOptions.Precision));
    }

    [Fact]
    public void The_search_for_other_onnx_files_does_not_crawl_a_deep_tree()
    {
        using var model = ModelFolderBuilder.Copy().Move("model.onnx", "a/b/c/d/model.onnx");
        Refusal.Of(model, "", Exporter);
    }

    [Fact]
    public void A_file_named_by_option_has_to_be_there()
    {
        using var model = ModelFolderBuilder.Copy();
        var options = new SequenceClassifierOptions { ModelFile = "onnx/model_O4.onnx" };
        var refusal = Assert.Throws<ModelLoadException>(() => model.Load(options));
        Assert.Equal(model.PathOf("onnx/model_O4.onnx"), refusal.File);
        Assert.Equal(
            $"There is no 'onnx/model_O4.onnx' in '{model.Folder}'. It has 'model.onnx': choose one with the option ModelFile or Precision.", refusal.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void A_file_named_by_option_has_a_name(string name)
    {
        using var model = ModelFolderBuilder.Copy();
        var refusal = Assert.Throws<ArgumentException>(() => model.Load(new SequenceClassifierOptions { ModelFile = name }));
        Assert.Contains(nameof(SequenceModelOptions.ModelFile), refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ModelPrecision.Float16, "neither 'onnx/model_fp16.onnx' nor 'model_fp16.onnx'")]
    [InlineData(ModelPrecision.Int8, "neither 'onnx/model_int8.onnx' nor 'model_int8.onnx' nor 'onnx/model_quantized.onnx' nor 'model_quantized.onnx'")]
    public void A_precision_that_is_not_there_lists_those_that_are(ModelPrecision precision, string looked)
    {
        using var model = ModelFolderBuilder.Copy();
        var options = new SequenceClassifierOptions { Precision = precision };
        Refusal.Of(() => model.Load(options), model.Folder, looked, "It has 'model.onnx'", nameof(SequenceModelOptions.Precision));
    }

    [Fact]
    public void A_precision_that_is_none_is_out_of_range()
    {
        using var model = ModelFolderBuilder.Copy();
        Assert.ThrowsAny<ArgumentException>(() => model.Load(new SequenceClassifierOptions { Precision = (ModelPrecision)7 }));
    }

    [Theory]
    [InlineData("onnx/model.onnx", null, null)]
    [InlineData("model.onnx", null, null)]
    [InlineData("onnx/model_fp16.onnx", ModelPrecision.Float16, null)]
    [InlineData("onnx/model_quantized.onnx", ModelPrecision.Int8, null)]
    [InlineData("model_int8.onnx", ModelPrecision.Int8, null)]
    [InlineData("other/name.onnx", null, "other/name.onnx")]
    [InlineData("other/name.onnx", ModelPrecision.Int8, "other/name.onnx")]
    public void The_file_is_that_of_the_precision_or_of_the_name(string file, ModelPrecision? precision, string? name)
    {
        using var model = ModelFolderBuilder.Copy().Move("model.onnx", file);
        using SequenceClassifier classifier = model.Load(new SequenceClassifierOptions { Precision = precision, ModelFile = name });
        Assert.Equal(model.PathOf(file), classifier.Model.File);
    }

    [Fact]
    public void The_file_in_the_onnx_folder_comes_first()
    {
        using var model = ModelFolderBuilder.Copy();
        model.Write("onnx/model.onnx", File.ReadAllBytes(model.PathOf("model.onnx")));
        using SequenceClassifier classifier = model.Load();
        Assert.Equal(model.PathOf("onnx/model.onnx"), classifier.Model.File);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("tokenizer_config.json")]
    [InlineData("vocab.txt")]
    [InlineData("model.onnx")]
    public void A_folder_in_place_of_a_file_is_named(string name)
    {
        using var model = ModelFolderBuilder.Copy().Delete(name);
        Directory.CreateDirectory(model.PathOf(name));
        Refusal.Of(model, name, "is a folder, not a file", "Download the file");
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("vocab.txt")]
    [InlineData("model.onnx")]
    public void A_link_that_leads_nowhere_is_named(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows lets few make symbolic links.");
        using var model = ModelFolderBuilder.Copy().Delete(name);
        File.CreateSymbolicLink(model.PathOf(name), model.PathOf("missing"));
        Refusal.Of(model, name, "cannot be opened");
    }

    [Fact]
    public void Without_a_tokenizer_the_files_to_add_are_named()
    {
        using var model = ModelFolderBuilder.Copy().Delete("vocab.txt");
        Refusal.Of(model, "", "neither 'tokenizer.json' nor 'vocab.txt'", "AutoTokenizer.from_pretrained(...).save_pretrained(folder)");
    }

    [Theory]
    [InlineData("merges.txt")]
    [InlineData("vocab.json")]
    public void A_tokenizer_of_another_kind_is_named_by_its_file(string other)
    {
        using var model = ModelFolderBuilder.Copy().Move("vocab.txt", other);
        Refusal.Of(model, "", $"'{other}'", "not supported", "neither 'tokenizer.json' nor 'vocab.txt'", "save_pretrained(folder)");
    }

    [Fact]
    public void Without_a_configuration_labels_are_numbered_and_the_vocabulary_is_measured()
    {
        using var model = ModelFolderBuilder.Copy().Delete("config.json");
        using SequenceClassifier classifier = model.Load();
        Assert.Equal(["LABEL_0", "LABEL_1"], classifier.Labels);
        Assert.Equal(1500, classifier.Model.VocabularySize);
        Assert.Equal(64, classifier.Tokenizer.MaxLength);
    }
}

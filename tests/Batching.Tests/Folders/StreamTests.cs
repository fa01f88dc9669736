using System.IO.Compression;
using Xunit;

namespace Batching.Tests.Folders;

/// <summary>Models from streams: resources, archives, and streams that fail.</summary>
public sealed class StreamTests
{
    private const string Text = "I hate this so much!";

    [Fact]
    public void A_model_from_streams_gives_what_the_same_model_from_a_folder_gives()
    {
        using var model = ModelFolderBuilder.Copy();
        using SequenceClassifier fromFolder = model.Load();
        using var fromStreams = SequenceClassifier.Load(model.Open);
        Assert.Equal(
            fromFolder.Classify(Text, TestContext.Current.CancellationToken).Logits.ToArray(),
            fromStreams.Classify(Text, TestContext.Current.CancellationToken).Logits.ToArray());
    }

    [Fact]
    public void A_stream_need_not_be_seekable()
    {
        using var model = ModelFolderBuilder.Copy();
        using var classifier = SequenceClassifier.Load(name => model.Open(name) is { } stream ? new BrokenStream(stream, failure: null) : null);
        Assert.Equal(["NEGATIVE", "POSITIVE"], classifier.Labels);
    }

    [Fact]
    public void A_model_may_come_from_an_archive()
    {
        using var model = ModelFolderBuilder.Copy();
        using var bytes = new MemoryStream();
        ZipFile.CreateFromDirectory(model.Folder, bytes);
        using var archive = new ZipArchive(bytes, ZipArchiveMode.Read);
        using var classifier = SequenceClassifier.Load(name => archive.GetEntry(name)?.Open());
        Assert.Equal(["NEGATIVE", "POSITIVE"], classifier.Labels);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("tokenizer_config.json")]
    [InlineData("vocab.txt")]
    [InlineData("model.onnx")]
    public void A_stream_that_fails_is_named(string file)
    {
        using var model = ModelFolderBuilder.Copy();
        foreach (Exception failure in new Exception[] { new IOException("The disk is gone."), new InvalidDataException("The archive is damaged."), new UnauthorizedAccessException("No.") })
        {
            ModelLoadException refusal = Refusal.Of(
                () => SequenceClassifier.Load(name => model.Open(name) is { } stream && name == file ? new BrokenStream(stream, failure) : model.Open(name)),
                file,
                "cannot be read",
                failure.Message,
                "Check that the file is whole");
            Assert.Same(failure, refusal.InnerException);
        }
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("model.onnx")]
    public void A_stream_that_cannot_be_opened_is_named(string file)
    {
        using var model = ModelFolderBuilder.Copy();
        Refusal.Of(
            () => SequenceClassifier.Load(name => name == file ? throw new FileNotFoundException("There is no such file.") : model.Open(name)),
            file,
            "cannot be opened",
            "There is no such file.",
            "Return null for a file that does not exist");
    }

    [Fact]
    public void A_stream_that_was_given_before_is_told_from_a_damaged_file()
    {
        using var model = ModelFolderBuilder.Copy();
        Dictionary<string, Stream> opened = [];
        Refusal.Of(
            () => SequenceClassifier.Load(name =>
            {
                if (!opened.TryGetValue(name, out Stream? stream) && model.Open(name) is { } created)
                {
                    opened[name] = stream = created;
                }

                return stream;
            }),
            "config.json",
            "Open a new stream");
    }

    [Fact]
    public void A_stream_that_cannot_be_read_is_told_from_a_damaged_file()
    {
        using var model = ModelFolderBuilder.Copy();
        Refusal.Of(
            () => SequenceClassifier.Load(name => name == "config.json" ? File.OpenWrite(model.PathOf("other")) : model.Open(name)),
            "config.json",
            "Open a new stream for reading");
    }

    [Fact]
    public void A_stream_too_long_for_memory_is_refused()
    {
        using var model = ModelFolderBuilder.Copy();
        Refusal.Of(
            () => SequenceClassifier.Load(name => name == "config.json" ? new HugeStream() : model.Open(name)),
            "config.json",
            "cannot be read",
            "5000000000 bytes",
            "loads from a folder only");
    }

    [Fact]
    public void Without_a_model_the_names_looked_for_are_given()
    {
        var refusal = Assert.Throws<ModelLoadException>(() => SequenceModel.Load(_ => null));
        Assert.Equal(
            "There is neither 'onnx/model.onnx' nor 'model.onnx' in the given streams. Export the model to ONNX: in Python, optimum-cli export onnx --task text-classification writes it.",
            refusal.Message);
        Assert.Null(refusal.File);
    }

    [Fact]
    public void Without_a_tokenizer_the_names_looked_for_are_given()
    {
        var refusal = Assert.Throws<ModelLoadException>(() => SequenceTokenizer.Load(_ => null));
        Assert.StartsWith("There is neither 'tokenizer.json' nor 'vocab.txt' in the given streams. Put", refusal.Message, StringComparison.Ordinal);
        Assert.Null(refusal.File);
    }

    [Fact]
    public void A_function_is_needed() => Assert.Throws<ArgumentNullException>(() => SequenceClassifier.Load((Func<string, Stream?>)null!));

    [Fact]
    public void Every_stream_is_disposed_of()
    {
        using var model = ModelFolderBuilder.Copy();
        List<BrokenStream> opened = [];
        using var classifier = SequenceClassifier.Load(name =>
        {
            if (model.Open(name) is not { } stream)
            {
                return null;
            }

            opened.Add(new BrokenStream(stream, failure: null));
            return opened[^1];
        });
        Assert.NotEmpty(opened);
        Assert.All(opened, stream => Assert.False(stream.CanRead));
    }

    private sealed class HugeStream : MemoryStream
    {
        public override long Length => 5_000_000_000;
    }
}

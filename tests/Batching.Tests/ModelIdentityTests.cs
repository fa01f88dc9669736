using Batching.Tests.Hub;
using Xunit;

namespace Batching.Tests;

/// <summary>Classifiers of one identity give the same bits; whatever may change a bit is another identity, and nothing else is.</summary>
public sealed class ModelIdentityTests : IDisposable
{
    private const string Small = "distilbert-vocab-txt-only";

    private readonly List<ModelCopy> copies = [];

    /// <summary>A small model, what is left out of it, and the file that is changed.</summary>
    public static TheoryData<string, string[], string> ReadFiles { get; } = new()
    {
        { Small, [], "config.json" },
        { Small, [], "tokenizer_config.json" },
        { Small, [], "vocab.txt" },
        { Small, [], "model.onnx" },
        { "bert-one-label", [], "tokenizer.json" },
        { "roberta", ["tokenizer.json"], "vocab.json" },
        { "roberta", ["tokenizer.json"], "merges.txt" },
        { "xlm-roberta", ["tokenizer.json"], "sentencepiece.bpe.model" },
    };

    public void Dispose() => copies.ForEach(copy => copy.Dispose());

    [Fact]
    public void Where_files_lie_and_when_they_were_written_is_no_part_of_it()
    {
        ModelCopy first = Copy(Small);
        ModelCopy second = Copy(Small);
        File.SetLastWriteTimeUtc(second.FileOf("model.onnx"), DateTime.UnixEpoch);
        Directory.CreateSymbolicLink(second.PathOf("link"), second.Folder);
        string identity = IdentityOf(first.Folder);
        Assert.Matches("^v1-[0-9a-f]{32}$", identity);
        Assert.Equal(identity, IdentityOf(second.Folder));
        Assert.Equal(identity, IdentityOf(second.PathOf("link")));
        Assert.Equal(identity, IdentityOf(first.Folder, new SequenceClassifierOptions { ComputeIdentity = true }));
    }

    [Theory]
    [MemberData(nameof(ReadFiles))]
    public void A_changed_byte_of_any_file_that_is_read_is_another_identity_also_behind_links(string contract, string[] without, string name)
    {
        ModelCopy copy = Copy(contract, without);
        string before = IdentityOf(copy.Folder);

        // As in the hub's cache: a link to a folder of contents.
        Directory.CreateDirectory(copy.PathOf("blobs"));
        string blob = copy.PathOf("blobs/one");
        File.Move(copy.FileOf(name), blob);
        File.CreateSymbolicLink(copy.FileOf(name), "../blobs/one");
        Assert.Equal(before, IdentityOf(copy.Folder));

        DateTime written = File.GetLastWriteTimeUtc(blob);
        File.WriteAllBytes(blob, ChangedModel.Of(name, File.ReadAllBytes(blob)));
        File.SetLastWriteTimeUtc(blob, written);
        using var classifier = SequenceClassifier.Load(copy.Folder);
        ModelIdentity after = classifier.GetIdentity(TestContext.Current.CancellationToken);
        Assert.NotEqual(before, after.ToString());
        Assert.Contains($"file {name}", after.Parts.Keys, StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("model.onnx_data")]
    [InlineData("weights.bin")]
    public void Weights_beside_the_graph_belong_to_it(string weights)
    {
        ModelCopy copy = Copy(Small);
        (byte[] graph, byte[] content) = ExternalWeights.Split(File.ReadAllBytes(copy.FileOf("model.onnx")), weights);
        File.WriteAllBytes(copy.FileOf("model.onnx"), graph);
        File.WriteAllBytes(copy.FileOf(weights), content);
        string before = IdentityOf(copy.Folder);
        content[content.Length / 2] ^= 1;
        File.WriteAllBytes(copy.FileOf(weights), content);
        Assert.NotEqual(before, IdentityOf(copy.Folder));
    }

    [Fact]
    public void What_lies_beside_a_model_and_is_not_read_is_no_part_of_it()
    {
        ModelCopy copy = Copy(Small);
        using var classifier = SequenceClassifier.Load(copy.Folder);
        ModelIdentity identity = classifier.GetIdentity(TestContext.Current.CancellationToken);
        File.WriteAllText(copy.FileOf("README.md"), "Read me.");
        File.WriteAllText(copy.FileOf("model_int8.onnx"), "no model");
        File.AppendAllText(copy.FileOf("goldens.json"), " ");
        Assert.Equal(identity.Stamp, identity.ReadStamp());
        Assert.True(identity.MatchesFiles(TestContext.Current.CancellationToken));
        Assert.Equal(identity.ToString(), IdentityOf(copy.Folder));
        Assert.True(identity.Concerns("vocab.txt"));
        Assert.True(identity.Concerns("onnx"));
        Assert.False(identity.Concerns("README.md"));
        Assert.False(identity.Concerns("vocab"));
    }

    [Fact]
    public void Options_that_change_logits_or_scores_are_part_of_it_and_those_that_change_speed_are_not()
    {
        string folder = Repository.Contract(Small);
        var plain = new SequenceClassifierOptions();
        SequenceClassifierOptions[] others =
        [
            plain with { MaxLength = 16 },
            plain with { TruncationSide = TruncationSide.Left },
            plain with { LongText = LongText.Windows },
            plain with { LongText = LongText.Windows, Stride = 4 },
            plain with { LongText = LongText.Windows, WindowPooling = WindowPooling.Maximum },
            plain with { ScoreFunction = ScoreFunction.None },
            plain with { OneByOne = true },
            plain with { ThreadsPerRun = 3 },
            plain with { ConfigureSession = _ => { } },
        ];
        SequenceClassifierOptions[] same =
        [
            plain with { Name = "a name", Parallelism = 1, RequireExact = true },
            plain with { Padding = new PaddingOptions { MultipleOf = 8 } },
            plain with { MaxLength = MaxLengthOf(folder), TruncationSide = TruncationSide.Right },
            plain with { Precision = ModelPrecision.Float32, ModelFile = "model.onnx" },
            plain with { Stride = 4, WindowPooling = WindowPooling.Maximum },
        ];
        string identity = IdentityOf(folder, plain);
        string[] different = [.. others.Select(options => IdentityOf(folder, options))];
        Assert.Equal(different.Length + 1, different.Append(identity).Distinct(StringComparer.Ordinal).Count());
        Assert.All(same, options => Assert.Equal(identity, IdentityOf(folder, options)));
    }

    [Fact]
    public void Padding_is_part_of_it_where_rows_are_not_known_to_be_the_same_in_every_batch()
    {
        string folder = Repository.Contract("distilbert-dynamic-int8");
        var padded = new SequenceClassifierOptions { Padding = new PaddingOptions { MultipleOf = 8 } };
        Assert.NotEqual(IdentityOf(folder), IdentityOf(folder, padded));
        Assert.NotEqual(IdentityOf(folder, new() { OneByOne = true }), IdentityOf(folder, padded with { OneByOne = true }));
    }

    [Fact]
    public void It_names_the_graph_the_runtime_the_library_and_the_processor()
    {
        using var classifier = SequenceClassifier.Load(Repository.Contract(Small));
        IReadOnlyDictionary<string, string> parts = classifier.GetIdentity(TestContext.Current.CancellationToken).Parts;
        Assert.Equal("rewritten", parts["graph"]);
        Assert.StartsWith("1.", parts["ONNX Runtime"], StringComparison.Ordinal);
        Assert.DoesNotContain('+', parts["Batching"]);
        Assert.StartsWith($"{System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture}: ", parts["processor"], StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_that_of_what_was_loaded_or_refused_when_files_have_changed_since()
    {
        ModelCopy copy = Copy(Small);
        string before = IdentityOf(copy.Folder);
        using var settled = SequenceClassifier.Load(copy.Folder, new SequenceClassifierOptions { ComputeIdentity = true });
        using var late = SequenceClassifier.Load(copy.Folder);
        File.AppendAllText(copy.FileOf("config.json"), " ");
        Assert.Equal(before, settled.GetIdentity(TestContext.Current.CancellationToken).ToString());
        var refusal = Assert.Throws<ModelLoadException>(() => late.GetIdentity(TestContext.Current.CancellationToken));
        Assert.Equal(copy.FileOf("config.json"), refusal.File);
    }

    [Fact]
    public void Streams_have_the_identity_of_the_folder_that_they_are_of()
    {
        string folder = Repository.Contract("bert-one-label");
        Func<string, Stream?> open = name => File.Exists(Path.Combine(folder, name)) ? File.OpenRead(Path.Combine(folder, name)) : null;
        using var asked = SequenceClassifier.Load(open, new SequenceClassifierOptions { ComputeIdentity = true });
        ModelIdentity identity = asked.GetIdentity(TestContext.Current.CancellationToken);
        Assert.Equal(IdentityOf(folder), identity.ToString());
        Assert.Equal(identity.Stamp, identity.ReadStamp());
        Assert.True(identity.MatchesFiles(TestContext.Current.CancellationToken));

        using var unasked = SequenceClassifier.Load(open);
        Assert.Contains(
            "ComputeIdentity",
            Assert.Throws<InvalidOperationException>(() => unasked.GetIdentity(TestContext.Current.CancellationToken)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_stamp_sees_dates_links_and_files_that_appear_and_the_contents_decide()
    {
        ModelCopy copy = Copy("bert-one-label", "tokenizer.json");
        using var classifier = SequenceClassifier.Load(copy.Folder, new SequenceClassifierOptions { ComputeIdentity = true });
        ModelIdentity identity = classifier.GetIdentity(TestContext.Current.CancellationToken);
        AssertIs(isStampSame: true, isContentSame: true);

        File.SetLastWriteTimeUtc(copy.FileOf("vocab.txt"), DateTime.UnixEpoch);
        AssertIs(isStampSame: false, isContentSame: true);

        // What the load looked for in vain would be read by the next.
        File.Copy(Path.Combine(Repository.Contract("bert-one-label"), "tokenizer.json"), copy.FileOf("tokenizer.json"));
        AssertIs(isStampSame: false, isContentSame: false);
        File.Delete(copy.FileOf("tokenizer.json"));
        AssertIs(isStampSame: false, isContentSame: true);
        File.Delete(copy.FileOf("vocab.txt"));
        AssertIs(isStampSame: false, isContentSame: false);

        void AssertIs(bool isStampSame, bool isContentSame)
        {
            Assert.Equal(isStampSame, identity.Stamp == identity.ReadStamp());
            Assert.Equal(isContentSame, identity.MatchesFiles(TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public void The_stamp_sees_a_link_on_the_way_that_leads_elsewhere_although_size_and_date_are_the_same()
    {
        ModelCopy copy = Copy(Small);
        ModelCopy.Fill(copy.PathOf("other"), Small);
        string[] folders = [copy.Folder, copy.PathOf("other")];
        foreach (string file in folders.SelectMany(Directory.GetFiles))
        {
            File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch);
        }

        Directory.CreateSymbolicLink(copy.PathOf("current"), copy.Folder);
        Directory.CreateSymbolicLink(copy.PathOf("way"), copy.PathOf("."));
        using var classifier = SequenceClassifier.Load(copy.PathOf("way/current"));
        ModelIdentity identity = classifier.GetIdentity(TestContext.Current.CancellationToken);
        Assert.Equal(identity.Stamp, identity.ReadStamp());
        Directory.Delete(copy.PathOf("current"));
        Directory.CreateSymbolicLink(copy.PathOf("current"), "./other");
        Assert.NotEqual(identity.Stamp, identity.ReadStamp());
        Assert.True(identity.MatchesFiles(TestContext.Current.CancellationToken));
    }

    private static string IdentityOf(string folder, SequenceClassifierOptions? options = null)
    {
        using var classifier = SequenceClassifier.Load(folder, options);
        return classifier.GetIdentity(TestContext.Current.CancellationToken).ToString();
    }

    private static int? MaxLengthOf(string folder)
    {
        using var classifier = SequenceClassifier.Load(folder);
        return classifier.Tokenizer.MaxLength;
    }

    private ModelCopy Copy(string contract, params string[] without)
    {
        var copy = new ModelCopy(contract, without);
        copies.Add(copy);
        return copy;
    }
}

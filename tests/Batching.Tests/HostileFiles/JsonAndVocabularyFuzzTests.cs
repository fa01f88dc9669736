using System.Text;
using Batching.Tests.Folders;
using CsCheck;
using Xunit;

namespace Batching.Tests.HostileFiles;

/// <summary>Files with random changes load and work, or are refused by the library's own exceptions; nothing else is thrown.</summary>
public sealed class JsonAndVocabularyFuzzTests
{
    private static readonly string[] Names =
    [
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt", "vocab.json", "merges.txt", "sentencepiece.bpe.model", "config.json",
    ];

    private static readonly TextInput[] Texts =
    [
        "", "The good, the bad [MASK] and the ugly.", ("so it was", "and\u00A0so it is</s> not"), "\uD83D\uDE00 e\u0301\u0327 \uFB01 \u3042\u4E00 \uD800",
        new string('a', 3000), string.Concat(Enumerable.Repeat("un believable ", 400)),
    ];

    /// <summary>Every folder of a model that the tests have, with every file of it that is fuzzed.</summary>
    public static TheoryData<string, string> TokenizerFiles
    {
        get
        {
            var files = new TheoryData<string, string>();
            foreach (string contract in Directory.EnumerateDirectories(Repository.Contract("")).Order(StringComparer.Ordinal))
            {
                foreach (string name in Names.Where(name => File.Exists(Path.Combine(contract, name))))
                {
                    files.Add(Path.GetFileName(contract), name);
                }
            }

            return files;
        }
    }

    [Theory]
    [MemberData(nameof(TokenizerFiles))]
    public void A_tokenizers_files_with_random_changes_are_refused_or_work(string contract, string name)
    {
        Dictionary<string, byte[]> whole = Names
            .Where(file => File.Exists(Path.Combine(Repository.Contract(contract), file)))
            .ToDictionary(file => file, file => File.ReadAllBytes(Path.Combine(Repository.Contract(contract), file)), StringComparer.Ordinal);
        Fuzzing.Sample(Mutation.Several, mutations =>
        {
            byte[] changed = mutations.Aggregate(whole[name], (content, mutation) => mutation.Apply(content));
            SequenceTokenizer tokenizer;
            try
            {
                tokenizer = SequenceTokenizer.Load(file =>
                    file == name ? new MemoryStream(changed)
                    : whole.TryGetValue(file, out byte[]? content) ? new MemoryStream(content)
                    : null);
            }
            catch (ModelLoadException refusal)
            {
                AssertIsSentence(refusal);
                return;
            }

            AssertWorks(tokenizer);
        });
    }

    [Fact]
    public void A_config_json_with_random_changes_is_refused_or_works()
    {
        byte[] vocabulary = Encoding.UTF8.GetBytes(string.Join('\n', ModelFolderBuilder.TinyVocabulary));
        byte[] graph = OnnxGraph.Classifier().ToBytes();
        byte[] config = """
            {"model_type":"bert","id2label":{"0":"NO","1":"YES"},"label2id":{"NO":0,"YES":1},"problem_type":"single_label_classification",
            "max_position_embeddings":512,"vocab_size":8,"type_vocab_size":2,"pad_token_id":0}
            """u8.ToArray();
        Fuzzing.Sample(Mutation.Several, mutations =>
        {
            byte[] changed = mutations.Aggregate(config, (content, mutation) => mutation.Apply(content));
            try
            {
                using var classifier = SequenceClassifier.Load(name => name switch
                {
                    "config.json" => new MemoryStream(changed),
                    "vocab.txt" => new MemoryStream(vocabulary),
                    "model.onnx" => new MemoryStream(graph),
                    _ => null,
                });
                Assert.Equal(2, classifier.Classify("good [MASK]").Scores.Length);
            }
            catch (ModelLoadException refusal)
            {
                AssertIsSentence(refusal);
            }
        });
    }

    private static void AssertIsSentence(ModelLoadException refusal)
    {
        Assert.EndsWith(".", refusal.Message, StringComparison.Ordinal);
        Assert.True(refusal.Message.Length is > 40 and < 2000, refusal.Message);
    }

    private static void AssertWorks(SequenceTokenizer tokenizer)
    {
        foreach (TextInput text in Texts)
        {
            try
            {
                SequenceEncoding row = tokenizer.Encode(text, new EncodingOptions { MaxLength = Math.Min(tokenizer.MaxLength ?? 128, 128) });
                Assert.True(row.InputIds.Count <= 128);
                tokenizer.Decode(row.InputIds);
            }
            catch (ArgumentException)
            {
                // More special tokens than the row may have.
            }
            catch (NotSupportedException exception)
            {
                // A decoder of an unknown type gives no text, and leaves the ids as they are.
                Assert.Contains("decoder", exception.Message, StringComparison.Ordinal);
            }
        }
    }
}

using BenchmarkDotNet.Attributes;
using Microsoft.ML.Tokenizers;

namespace Batching.Benchmarks.Parts;

/// <summary>Text to ids, one thread: ours, and Microsoft.ML.Tokenizers' two ways to a BERT vocabulary.</summary>
/// <remarks>
/// An operation is a pass over all sentences. BertTokenizer drops symbols and keeps accents, so it does less; the third has
/// our normalizer and pre-tokenizer and gives the same ids as ours.
/// </remarks>
[MemoryDiagnoser]
[Config(typeof(TokensPerSecondConfig))]
public class TokenizerBenchmarks
{
    private string[] sentences = [];
    private SequenceTokenizer tokenizer = null!;
    private BertTokenizer bert = null!;
    private WordPieceTokenizer wordPiece = null!;

    [GlobalSetup]
    public void Setup()
    {
        sentences = Workload.Sentences();
        tokenizer = SequenceTokenizer.Load(Repository.DefaultModel);
        string vocabulary = Path.Combine(Repository.DefaultModel, "vocab.txt");
        bert = BertTokenizer.Create(vocabulary);
        wordPiece = WordPieceTokenizer.Create(
            vocabulary, new WordPieceOptions { Normalizer = tokenizer.Normalizer, PreTokenizer = tokenizer.PreTokenizer });
    }

    [Benchmark(Baseline = true, Description = "BertTokenizer.EncodeToIds")]
    public int Bert()
    {
        int tokens = 0;
        foreach (string sentence in sentences)
        {
            tokens += bert.EncodeToIds(sentence).Count;
        }

        return tokens;
    }

    [Benchmark(Description = "WordPieceTokenizer with our parts")]
    public int WordPiece()
    {
        int tokens = 0;
        foreach (string sentence in sentences)
        {
            tokens += wordPiece.EncodeToIds(sentence).Count + 2;
        }

        return tokens;
    }

    [Benchmark(Description = "SequenceTokenizer.Encode, a result each")]
    public int Ours()
    {
        int tokens = 0;
        foreach (string sentence in sentences)
        {
            tokens += tokenizer.Encode(sentence).InputIds.Count;
        }

        return tokens;
    }

    [Benchmark(Description = "SequenceTokenizer.Encode into rows")]
    public int OursIntoRows()
    {
        using var rows = new TokenRows();
        foreach (string sentence in sentences)
        {
            tokenizer.Encode(sentence, rows);
        }

        int tokens = 0;
        for (int row = 0; row < rows.Count; row++)
        {
            tokens += rows.LengthOf(row);
        }

        return tokens;
    }
}

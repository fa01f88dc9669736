using System.Text.Json.Nodes;
using Microsoft.ML.Tokenizers;

namespace Batching.Benchmarks;

/// <summary>How many of the texts in the tests' goldens get the ids that Hugging Face gives them.</summary>
internal static class Conformance
{
    public static void Print()
    {
        SequenceTokenizer ours = SequenceTokenizer.Load(Workload.ModelFolder);
        string vocabulary = Path.Combine(Workload.ModelFolder, "vocab.txt");
        BertTokenizer bert = BertTokenizer.Create(vocabulary);
        BertTokenizer withoutMarks = BertTokenizer.Create(vocabulary, new BertOptions { RemoveNonSpacingMarks = true });
        JsonNode[] goldens = [.. File
            .ReadLines(Path.Combine(Workload.RepositoryRoot, "tests", "Batching.Tests", "Conformance", "bert-base-uncased", "tokens-singles.jsonl"))
            .Select(line => JsonNode.Parse(line)!)];

        Console.WriteLine($"Texts of {goldens.Length} with the ids that Hugging Face gives them:");
        Print("SequenceTokenizer", text => ours.Encode(text, new EncodingOptions { Truncation = TruncationStrategy.None }).InputIds);
        Print("BertTokenizer", text => bert.EncodeToIds(text));
        Print("BertTokenizer, RemoveNonSpacingMarks", text => withoutMarks.EncodeToIds(text));

        void Print(string name, Func<string, IReadOnlyList<int>> encode)
        {
            int equal = goldens.Count(golden => encode((string)golden["text"]!).SequenceEqual(golden["ids"]!.AsArray().Select(id => (int)id!)));
            Console.WriteLine($"  {name,-40} {equal,5} ({100.0 * equal / goldens.Length:0.0} %)");
        }
    }
}

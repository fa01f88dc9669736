using System.Text.Json.Nodes;
using Batching.Benchmarks.Reports;
using Microsoft.ML.Tokenizers;

namespace Batching.Benchmarks.Sections;

/// <summary>How many of the texts in the tests' goldens get the ids that Hugging Face gives them.</summary>
internal sealed class ConformanceSection : ISection
{
    public string Name => "conformance";

    public string Title => "Conformance";

    public void Write(Settings settings, Report report)
    {
        SequenceTokenizer ours = SequenceTokenizer.Load(Repository.DefaultModel);
        string vocabulary = Path.Combine(Repository.DefaultModel, "vocab.txt");
        BertTokenizer bert = BertTokenizer.Create(vocabulary);
        BertTokenizer withoutMarks = BertTokenizer.Create(vocabulary, new BertOptions { RemoveNonSpacingMarks = true });
        JsonNode[] goldens = [.. File
            .ReadLines(Path.Combine(Repository.Root, "tests", "Batching.Tokenizers.Tests", "Conformance", "bert-base-uncased", "tokens-singles.jsonl"))
            .Select(line => JsonNode.Parse(line)!)];

        report.Paragraph(
            $"How many of the {Numbers.Format(goldens.Length, Numbers.Whole)} texts in the tests' goldens (prose, symbols, random Unicode) get the ids that Hugging Face gives them.");
        var table = new Table("", "texts", "share");
        Add("`SequenceTokenizer`", text => ours.Encode(text, new EncodingOptions { Truncation = TruncationStrategy.None }).InputIds);
        Add("`BertTokenizer`", text => bert.EncodeToIds(text));
        Add("`BertTokenizer` with `RemoveNonSpacingMarks`", text => withoutMarks.EncodeToIds(text));
        report.Table(table);

        void Add(string name, Func<string, IReadOnlyList<int>> encode)
        {
            int equal = goldens.Count(golden => encode((string)golden["text"]!).SequenceEqual(golden["ids"]!.AsArray().Select(id => (int)id!)));
            table.Add(name, Numbers.Format(equal, Numbers.Whole), Numbers.Format((double)equal / goldens.Length, Numbers.Percent));
        }
    }
}

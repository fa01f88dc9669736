using Batching.Benchmarks.Racing;
using Batching.Benchmarks.Reports;

namespace Batching.Benchmarks.Sections;

/// <summary>From the start of a process to its first result.</summary>
internal sealed class StartUpSection : ISection
{
    private const string Text = "I've been waiting for this my whole life.";

    public string Name => "startup";

    public string Title => "Start-up";

    public void Write(Settings settings, Report report)
    {
        string file = Repository.OnnxFile(Repository.DefaultModel, ModelPrecision.Int8);
        string[] ids = [.. SequenceTokenizer.Load(Repository.DefaultModel).Encode(Text).InputIds.Select(id => Numbers.Format(id, "0"))];
        (string Name, string[] Arguments)[] children =
        [
            ("the .NET runtime alone", ["runtime"]),
            ("a bare session on given ids, int8", ["bare", file, .. ids]),
            ("**`Sst2.Load().Classify(text)`**", ["library", Text]),
        ];
        var seconds = children.Select(_ => new List<double>()).ToArray();
        var parts = new List<System.Text.Json.Nodes.JsonNode>();
        for (int round = -1; round < settings.Rounds; round++)
        {
            Console.Error.WriteLine($"{Name}: round {round + 1} of {settings.Rounds}");
            for (int i = 0; i < children.Length; i++)
            {
                TimeSpan first = ChildRun.Of(children[i].Arguments).FirstLine;

                // The first round brings the files into memory.
                if (round >= 0)
                {
                    seconds[i].Add(first.TotalSeconds);
                }
            }

            parts.Add(ChildRun.Of("parts", Repository.DefaultModel, "onnx/model_int8.onnx").Lines[0]);
        }

        report.Paragraph("From the start of a process (`dotnet exec` of a program that was built, not published) to its first result, files in the disk cache.");
        var table = new Table("", "ms, median (least to most)");
        for (int i = 0; i < children.Length; i++)
        {
            table.Add(children[i].Name, Numbers.Format(Spread.Of(seconds[i].Select(time => time * 1e3)), Numbers.Whole));
        }

        report.Table(table);
        report.Picture(
            Charts.Bars(
                "startup.png",
                "From the start of a process to its first result",
                "ms",
                Numbers.Whole,
                [.. children.Select((child, i) => (child.Name.Trim('*').Replace("`", "", StringComparison.Ordinal), Spread.Of(seconds[i]).Median * 1e3, i == children.Length - 1 ? 0 : 4))]),
            "Bars of milliseconds from the start of a process to its first result; the numbers are in the table above.");

        report.Paragraph("What loading takes of that, part by part, in a process that has loaded nothing yet:");
        var partsTable = new Table("", "ms, median (least to most)");
        partsTable.Add("`SequenceTokenizer.Load`", Part("tokenizer"));
        partsTable.Add("a bare `InferenceSession`, with loading the native library", Part("session"));
        partsTable.Add("`SequenceModel.Load`: another session, and the questions that the graph is asked", Part("model"));
        report.Table(partsTable);

        string Part(string name) => Numbers.Format(Spread.Of(parts.Skip(1).Select(part => (double)part[name]!)), Numbers.Whole);
    }
}

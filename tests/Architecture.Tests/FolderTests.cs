using Xunit;

namespace Batching.Architecture.Tests;

/// <summary>A folder uses those before it only.</summary>
public sealed class FolderTests
{
    // A project's folders, from the first step to the last; a folder's own folders come with it. The project's own folder,
    // where the front doors are, is the last where it is not listed.
    private static readonly Dictionary<string, string[]> Order = new(StringComparer.Ordinal)
    {
        ["Batching.Tokenizers"] =
        [
            "Files", "Tables", "Rows", "Buffers", "RegularExpressions", "Normalizers", "PreTokenizers", "Vocabularies", "AddedTokens", "Models", "Decoders", "Templates", "Offsets", "Loading",
        ],
        ["Batching"] = ["Folders", "Hub", "Graphs", "Batches", "Inference", "Pipeline", "Queue"],
        ["Batching.Rows"] = ["Files", "Inputs", "Outputs", "Runs"],
        ["Batching.AspNetCore"] = ["Messages", "Errors", "Settings", "Telemetry", "Admission", "Requests", "Endpoints", "Operations", "Tei", "HuggingFace", "Inspect", "Page", "", "Program"],
    };

    public static TheoryData<string> Projects => [.. Order.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Every_arrow_points_to_an_earlier_step(string project)
    {
        string[] order = Order[project];
        IEnumerable<FolderDependency> wrong = FolderDependencies.Of(project)
            .Where(dependency => StepOf(dependency.From, order) < StepOf(dependency.To, order));
        string list = string.Join('\n', wrong.Select(static dependency => dependency.ToString()).Order(StringComparer.Ordinal));
        Assert.True(list.Length == 0, $"These point to a later step:\n{list}");
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_type_is_a_file_of_its_name(string project) => Assert.Empty(FolderDependencies.TypesWithoutTheirFile(project));

    private static int StepOf(string folder, string[] order)
    {
        int step = Array.IndexOf(order, folder.Split('/')[0]);
        if (step < 0 && folder.Length == 0)
        {
            return order.Length;
        }

        Assert.True(step >= 0, $"The folder '{folder}' has no place among the steps.");
        return step;
    }
}

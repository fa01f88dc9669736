using System.Text.Json.Nodes;

namespace Batching.Tests;

/// <summary>Goldens, a JSON object a line.</summary>
internal static class JsonLines
{
    public static IEnumerable<JsonObject> Read(params string[] path) =>
        File.ReadLines(Path.Combine(path)).Select(line => JsonNode.Parse(line)!.AsObject());

    public static int[] Ints(this JsonNode node) => [.. node.AsArray().Select(item => (int)item!)];

    public static float[] Floats(this JsonNode node) => [.. node.AsArray().Select(item => (float)item!)];
}

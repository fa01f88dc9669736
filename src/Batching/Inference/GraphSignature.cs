using Batching.Graphs;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Batching.Inference;

/// <summary>What a classifier's graph takes and gives, checked against what the library can feed it.</summary>
/// <param name="Inputs">The graph's inputs in the order they are fed.</param>
/// <param name="OutputName">The logits.</param>
/// <param name="GivesFloat16">Whether the logits are float16 instead of float.</param>
/// <param name="Rows">The number of rows where the graph fixes it, or null.</param>
/// <param name="Columns">The number of columns where the graph fixes it, or null.</param>
internal sealed record GraphSignature(
    IReadOnlyList<GraphInput> Inputs, string OutputName, bool GivesFloat16, int? Rows, int? Columns)
{
    /// <summary>What to do with a graph that is refused.</summary>
    public const string Advice = "Export the model with its sequence-classification head: in Python, optimum-cli export onnx --task text-classification does it.";

    private const string Logits = "logits";

    /// <summary>The position of a row's first token, for a graph that takes positions.</summary>
    public int FirstPosition { get; init; }

    /// <summary>The names of the inputs in the order they are fed.</summary>
    public IReadOnlyList<string> InputNames { get; } = [.. Inputs.Select(input => input.Name)];

    /// <exception cref="ModelLoadException">The graph is no classifier of sequences, or needs what cannot be given.</exception>
    public static GraphSignature Read(InferenceSession session, string file)
    {
        string[] known = [GraphInputs.InputIds, GraphInputs.AttentionMask, GraphInputs.TokenTypeIds, GraphInputs.GlobalAttentionMask, GraphInputs.PositionIds];
        string[] names = [.. known.Where(session.InputMetadata.ContainsKey)];
        if (session.InputMetadata.Keys.FirstOrDefault(name => !known.Contains(name)) is { } unknown)
        {
            throw Refuse($"takes the input '{unknown}'; the inputs {string.Join(", ", known)} are supported");
        }

        foreach (string needed in known.Take(2).Where(needed => !names.Contains(needed)))
        {
            throw Refuse($"has no input '{needed}', but {Listed(session.InputMetadata.Keys)}");
        }

        GraphInput[] inputs = [.. names.Select(name => session.InputMetadata[name] switch
        {
            { IsTensor: true, ElementDataType: TensorElementType.Int64, Dimensions: [not 0, not 0] } => new GraphInput(name, IsInt32: false),
            { IsTensor: true, ElementDataType: TensorElementType.Int32, Dimensions: [not 0, not 0] } => new GraphInput(name, IsInt32: true),
            var other => throw Refuse($"takes '{name}' as {TypeOf(other)}; Int64 or Int32 [rows, columns] is supported"),
        })];

        string output = session.OutputMetadata.ContainsKey(Logits) || session.OutputMetadata.Count != 1
            ? Logits
            : session.OutputMetadata.Keys.Single();
        if (!session.OutputMetadata.TryGetValue(output, out NodeMetadata? logits))
        {
            throw Refuse($"has no output '{Logits}', but {Listed(session.OutputMetadata.Keys)}");
        }

        if (logits is not { IsTensor: true, ElementDataType: TensorElementType.Float or TensorElementType.Float16, Dimensions: [not 0, _] })
        {
            throw Refuse($"gives '{output}' as {TypeOf(logits)}; Float or Float16 [rows, labels] is supported");
        }

        int[][] shapes = [.. names.Select(name => session.InputMetadata[name].Dimensions)];
        return new GraphSignature(
            inputs,
            output,
            logits.ElementDataType == TensorElementType.Float16,
            Fixed("rows", [.. shapes.Select(shape => shape[0]), logits.Dimensions[0]]),
            Fixed("columns", [.. shapes.Select(shape => shape[1])]));

        // An axis may be fixed in one place and left open in others.
        int? Fixed(string axis, int[] sizes) => sizes.Where(size => size > 0).Distinct().ToArray() switch
        {
            [] => null,
            [var size] => size,
            [var size, var other, ..] => throw Refuse($"fixes the number of {axis} at {size} in one place and at {other} in another"),
        };

        ModelLoadException Refuse(string what) =>
            new($"'{file}' is no sequence classifier that can be used: it {what}. {Advice}", file);
    }

    private static string Listed(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"'{name}'"));

    private static string TypeOf(NodeMetadata metadata) => metadata.IsTensor
        ? $"{metadata.ElementDataType} {Shape(metadata)}"
        : $"{metadata.OnnxValueType}";

    private static string Shape(NodeMetadata metadata) =>
        $"[{string.Join(", ", metadata.Dimensions.Select((size, axis) => size >= 0 ? $"{size}" : metadata.SymbolicDimensions[axis] is { Length: > 0 } symbol ? symbol : "?"))}]";
}

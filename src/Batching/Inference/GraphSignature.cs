using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Batching.Inference;

/// <summary>What a classifier's graph takes and gives, checked against what the library can feed it.</summary>
/// <param name="InputNames">The graph's inputs in the order they are fed.</param>
/// <param name="TakesInt32">For each input whether it takes int32 instead of int64.</param>
/// <param name="OutputName">The logits.</param>
internal sealed record GraphSignature(IReadOnlyList<string> InputNames, IReadOnlyList<bool> TakesInt32, string OutputName)
{
    public const string InputIds = "input_ids";
    public const string AttentionMask = "attention_mask";
    public const string TokenTypeIds = "token_type_ids";

    /// <summary>What to do with a graph that is refused.</summary>
    public const string Advice = "Export the model with its sequence-classification head and axes of any size: in Python, optimum-cli export onnx --task text-classification does it.";

    private const string Logits = "logits";

    /// <exception cref="ModelLoadException">The graph is no classifier of sequences, or needs what cannot be given.</exception>
    public static GraphSignature Read(InferenceSession session, string file)
    {
        string[] known = [InputIds, AttentionMask, TokenTypeIds];
        string[] inputs = [.. known.Where(session.InputMetadata.ContainsKey)];
        if (session.InputMetadata.Keys.FirstOrDefault(name => !known.Contains(name)) is { } unknown)
        {
            throw Refuse($"takes the input '{unknown}'; the inputs {string.Join(", ", known)} are supported");
        }

        foreach (string needed in known.Take(2).Where(needed => !inputs.Contains(needed)))
        {
            throw Refuse($"has no input '{needed}', but {Listed(session.InputMetadata.Keys)}");
        }

        bool[] takesInt32 = [.. inputs.Select(name => session.InputMetadata[name] switch
        {
            { IsTensor: true, ElementDataType: TensorElementType.Int64, Dimensions: [< 0, < 0] } => false,
            { IsTensor: true, ElementDataType: TensorElementType.Int32, Dimensions: [< 0, < 0] } => true,
            var other => throw Refuse($"takes '{name}' as {TypeOf(other)}; Int64 or Int32 [rows, columns] of any size is supported"),
        })];

        string output = session.OutputMetadata.ContainsKey(Logits) || session.OutputMetadata.Count != 1
            ? Logits
            : session.OutputMetadata.Keys.Single();
        if (!session.OutputMetadata.TryGetValue(output, out NodeMetadata? logits))
        {
            throw Refuse($"has no output '{Logits}', but {Listed(session.OutputMetadata.Keys)}");
        }

        if (logits is not { IsTensor: true, ElementDataType: TensorElementType.Float, Dimensions: [< 0, _] })
        {
            throw Refuse($"gives '{output}' as {TypeOf(logits)}; Float [rows, labels] is supported");
        }

        return new GraphSignature(inputs, takesInt32, output);

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

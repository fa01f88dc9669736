namespace Batching.Folders;

/// <summary>Decides which .onnx file of a folder to use.</summary>
internal static class OnnxFile
{
    /// <param name="folder">The model's files.</param>
    /// <param name="choice">Which file is asked for.</param>
    /// <returns>The file's name in the folder.</returns>
    /// <exception cref="ModelLoadException">There is no such file, or it is a git-lfs pointer.</exception>
    /// <exception cref="ArgumentException">There is no such precision, or the name is empty.</exception>
    public static string Select(ModelFolder folder, OnnxFileChoice choice)
    {
        string? name = choice.ModelFile;
        if (name is not null && string.IsNullOrWhiteSpace(name))
        {
            throw new ArgumentException(
                $"{nameof(OnnxFileChoice.ModelFile)} is empty. Name a file in the folder, such as 'onnx/model.onnx', or leave it null.", nameof(choice));
        }

        IReadOnlyList<string> candidates = Candidates(choice);
        if ((candidates.FirstOrDefault(folder.Contains) ?? OnlyFile(folder, choice)) is not { } found)
        {
            IReadOnlyList<string> others = folder.Find("*.onnx");
            string wanted = string.Join(" nor ", candidates.Select(candidate => $"'{candidate}'"));
            string advice = others.Count == 0
                ? "Export the model to ONNX: in Python, optimum-cli export onnx --task text-classification writes it."
                : $"It has {string.Join(", ", others.Select(other => $"'{other}'"))}: choose one with the option {nameof(OnnxFileChoice.ModelFile)} or {nameof(OnnxFileChoice.Precision)}.";
            throw new ModelLoadException(
                $"There is {(candidates.Count > 1 ? "neither " : "no ")}{wanted} in {folder.Name}. {advice}",
                name is null ? folder.Directory : folder.PathOf(name));
        }

        folder.Check(found);
        return found;
    }

    // Where nothing is asked for, the only file there is is meant, whatever an exporter called it.
    private static string? OnlyFile(ModelFolder folder, OnnxFileChoice choice) =>
        choice is { ModelFile: null, Precision: null } && folder.Find("*.onnx") is [var only] ? only : null;

    /// <summary>The files that may be meant, in the order they are looked for.</summary>
    /// <exception cref="ArgumentException">There is no such precision.</exception>
    public static IReadOnlyList<string> Candidates(OnnxFileChoice choice) =>
        choice.ModelFile is { } name ? [name] : NamesOf(choice.Precision ?? ModelPrecision.Float32);

    /// <summary>What exporters call the file of the weights that do not fit into an .onnx file.</summary>
    public static IReadOnlyList<string> WeightsOf(string name) => [$"{name}_data", $"{name}.data"];

    // The names under which Hugging Face's exporters write each precision, in the order they are looked for.
    private static string[] NamesOf(ModelPrecision precision) => precision switch
    {
        ModelPrecision.Float32 => ["onnx/model.onnx", "model.onnx"],
        ModelPrecision.Float16 => ["onnx/model_fp16.onnx", "model_fp16.onnx"],
        ModelPrecision.Int8 => ["onnx/model_int8.onnx", "model_int8.onnx", "onnx/model_quantized.onnx", "model_quantized.onnx"],
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "There is no such precision."),
    };
}

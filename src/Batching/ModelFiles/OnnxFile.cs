namespace Batching.ModelFiles;

/// <summary>Decides which .onnx file of a folder to use.</summary>
internal static class OnnxFile
{
    /// <param name="folder">The model's files.</param>
    /// <param name="name">A file by name, or null.</param>
    /// <param name="precision">A precision, where there is no name; null for the full one.</param>
    /// <returns>The file's name in the folder.</returns>
    /// <exception cref="ModelLoadException">There is no such file, or it is a git-lfs pointer.</exception>
    public static string Select(ModelFolder folder, string? name, ModelPrecision? precision)
    {
        string[] candidates = name is not null ? [name] : NamesOf(precision ?? ModelPrecision.Float32);
        if (candidates.FirstOrDefault(folder.Contains) is not { } found)
        {
            IReadOnlyList<string> others = folder.OnnxFiles();
            string wanted = string.Join(" nor ", candidates.Select(candidate => $"'{candidate}'"));
            string advice = others.Count == 0
                ? "Export the model to ONNX: in Python, optimum-cli export onnx --task text-classification writes it."
                : $"It has {string.Join(", ", others.Select(other => $"'{other}'"))}: choose one with the option {nameof(SequenceModelOptions.ModelFile)} or {nameof(SequenceModelOptions.Precision)}.";
            throw new ModelLoadException(
                $"There is {(candidates.Length > 1 ? "neither " : "no ")}{wanted} in '{folder.Name}'. {advice}", folder.Directory);
        }

        folder.RefuseLfsPointer(found);
        return found;
    }

    // The names under which Hugging Face's exporters write each precision, in the order they are looked for.
    private static string[] NamesOf(ModelPrecision precision) => precision switch
    {
        ModelPrecision.Float32 => ["onnx/model.onnx", "model.onnx"],
        ModelPrecision.Float16 => ["onnx/model_fp16.onnx", "model_fp16.onnx"],
        ModelPrecision.Int8 => ["onnx/model_int8.onnx", "model_int8.onnx", "onnx/model_quantized.onnx", "model_quantized.onnx"],
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "There is no such precision."),
    };
}

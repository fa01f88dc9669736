namespace Batching.Folders;

/// <summary>Decides which .onnx file of a folder to use.</summary>
internal static class OnnxFile
{
    /// <param name="folder">The model's files.</param>
    /// <param name="name">A file by name, or null.</param>
    /// <param name="precision">A precision, where there is no name; null for the full one.</param>
    /// <returns>The file's name in the folder.</returns>
    /// <exception cref="ModelLoadException">There is no such file, or it is a git-lfs pointer.</exception>
    /// <exception cref="ArgumentException">There is no such precision, or the name is empty.</exception>
    public static string Select(ModelFolder folder, string? name, ModelPrecision? precision)
    {
        if (name is not null && string.IsNullOrWhiteSpace(name))
        {
            throw new ArgumentException(
                $"{nameof(SequenceModelOptions.ModelFile)} is empty. Name a file in the folder, such as 'onnx/model.onnx', or leave it null.", nameof(name));
        }

        IReadOnlyList<string> candidates = Candidates(name, precision);
        if (candidates.FirstOrDefault(folder.Contains) is not { } found)
        {
            IReadOnlyList<string> others = folder.Find("*.onnx");
            string wanted = string.Join(" nor ", candidates.Select(candidate => $"'{candidate}'"));
            string advice = others.Count == 0
                ? "Export the model to ONNX: in Python, optimum-cli export onnx --task text-classification writes it."
                : $"It has {string.Join(", ", others.Select(other => $"'{other}'"))}: choose one with the option {nameof(SequenceModelOptions.ModelFile)} or {nameof(SequenceModelOptions.Precision)}.";
            throw new ModelLoadException(
                $"There is {(candidates.Count > 1 ? "neither " : "no ")}{wanted} in {folder.Name}. {advice}",
                name is null ? folder.Directory : folder.PathOf(name));
        }

        folder.Check(found);
        return found;
    }

    /// <summary>The files that an .onnx file's numbers are in besides itself: those that it names, whatever they are called.</summary>
    /// <param name="folder">The model's files.</param>
    /// <param name="name">The .onnx file.</param>
    /// <returns>Their names in the model's folder, each once, in the order of the file; none where it is no ONNX model.</returns>
    /// <exception cref="ModelLoadException">The .onnx file cannot be read, or names a file that may be outside the model's folder.</exception>
    public static IReadOnlyList<string> ExternalFilesOf(ModelFolder folder, string name)
    {
        if (folder.Read(name, Array.MaxLength) is not { } content)
        {
            return [];
        }

        using var files = new ExternalFiles(folder, name);
        try
        {
            return [.. ExternalTensors.Find(content).Select(files.NameOf).Distinct(StringComparer.Ordinal)];
        }
        catch (InvalidDataException)
        {
            // Damaged, or in a format of ONNX Runtime's own: it tells.
            return [];
        }
    }

    /// <summary>The files that may be meant, in the order they are looked for.</summary>
    /// <exception cref="ArgumentException">There is no such precision.</exception>
    public static IReadOnlyList<string> Candidates(string? name, ModelPrecision? precision) =>
        name is not null ? [name] : NamesOf(precision ?? ModelPrecision.Float32);

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

namespace Batching.Graphs;

/// <summary>An .onnx file with all its numbers in memory, also those that lay in files beside it.</summary>
/// <param name="Model">The model.</param>
/// <param name="HasExternalWeights">Whether some did.</param>
/// <param name="Bytes">The size of the file, and of those beside it.</param>
internal sealed record WholeModel(OnnxModel Model, bool HasExternalWeights, long Bytes)
{
    /// <param name="folder">The model's files.</param>
    /// <param name="name">The .onnx file.</param>
    /// <exception cref="ModelLoadException">The file is no ONNX model, or its weights are not there.</exception>
    public static WholeModel Read(ModelFolder folder, string name)
    {
        string file = folder.PathOf(name);
        byte[] content = folder.Read(name, Array.MaxLength) ?? throw new ModelLoadException($"There is no file '{file}'. Name an .onnx file.", file);
        var model = OnnxModel.Read(content, file);
        if (!model.IsWhole)
        {
            throw new ModelLoadException($"'{file}' is damaged or no ONNX file. Download it again, or export it again.", file);
        }

        if (!model.HasGraph)
        {
            throw new ModelLoadException($"'{file}' holds no graph. Download it again, or export it again.", file);
        }

        using var files = new ExternalFiles(folder, name);
        OnnxModel whole = model.WithTensors(tensor => tensor.Place is { } place ? tensor.WithNumbers(Read(files, place)) : tensor);
        return new WholeModel(whole, whole != model, content.Length + files.Bytes);
    }

    private static OnnxPart Read(ExternalFiles files, ExternalTensor place)
    {
        OnnxPart numbers = files.Find(place);
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)Math.Min(numbers.Length, Array.MaxLength));
        files.Read(numbers, bytes);
        return new OnnxPart(bytes);
    }
}

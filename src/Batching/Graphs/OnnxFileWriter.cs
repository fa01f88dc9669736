namespace Batching.Graphs;

/// <summary>Writes .onnx files.</summary>
internal static class OnnxFileWriter
{
    // Where a file may be mapped into memory, weights begin on a page.
    private const int PageSize = 4096;

    // Shapes and scalars stay in the graph, where runtimes look for them when they load it.
    private const int SmallestExternalTensor = 1024;

    // A message of protobuf has less than 2 GiB; the rest is for the graph.
    private const long LargestWeights = int.MaxValue - (64L << 20);

    /// <summary>Writes a model, and its weights beside it as <c>FILE_data</c> where they are to be there or the file would be too large.</summary>
    /// <param name="model">The model, with all its numbers in memory.</param>
    /// <param name="path">The file.</param>
    /// <param name="weightsBeside">Whether the weights are to be beside it.</param>
    /// <param name="largestWeights">The most bytes of weights within it.</param>
    /// <returns>The number of bytes written, those of the weights included.</returns>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static long Write(OnnxModel model, string path, bool weightsBeside, long largestWeights = LargestWeights)
    {
        if (!weightsBeside && model.Graph.Initializers.Sum(tensor => (long)(tensor.Raw?.Length ?? 0)) <= largestWeights)
        {
            return WriteModel(model, path);
        }

        (OnnxModel referring, long bytes) = WriteWeights(model, $"{path}_data");
        return bytes + WriteModel(referring, path);
    }

    private static long WriteModel(OnnxModel model, string path)
    {
        using FileStream stream = File.Create(path);
        foreach (OnnxPart part in model.Parts())
        {
            stream.Write(part.Bytes.Span);
        }

        return stream.Length;
    }

    private static (OnnxModel Referring, long Bytes) WriteWeights(OnnxModel model, string path)
    {
        using FileStream stream = File.Create(path);
        List<OnnxTensor> initializers = [];
        foreach (OnnxTensor tensor in model.Graph.Initializers)
        {
            if (tensor.Raw is not { Length: >= SmallestExternalTensor } raw)
            {
                initializers.Add(tensor);
                continue;
            }

            stream.Position = (stream.Position + PageSize - 1) / PageSize * PageSize;
            initializers.Add(tensor.WithNumbersAt(Path.GetFileName(path), stream.Position, raw.Length));
            stream.Write(raw.Span);
        }

        return (model.With(model.Graph.WithInitializers(initializers)), stream.Length);
    }
}

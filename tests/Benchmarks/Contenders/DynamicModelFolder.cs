namespace Batching.Benchmarks.Contenders;

/// <summary>The default model with the dynamic int8 file that transformers.js loads as <c>q8</c>, in a temporary folder.</summary>
internal sealed class DynamicModelFolder : IDisposable
{
    /// <param name="onnxFile">The dynamic int8 file.</param>
    public DynamicModelFolder(string onnxFile)
    {
        Path = Directory.CreateTempSubdirectory("batching-q8-").FullName;
        foreach (string file in Directory.EnumerateFiles(Repository.DefaultModel, "*.json"))
        {
            File.Copy(file, System.IO.Path.Combine(Path, System.IO.Path.GetFileName(file)));
        }

        string onnx = Directory.CreateDirectory(System.IO.Path.Combine(Path, "onnx")).FullName;
        File.Copy(onnxFile, System.IO.Path.Combine(onnx, "model_quantized.onnx"));
    }

    public string Path { get; }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

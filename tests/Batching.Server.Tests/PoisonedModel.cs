using System.Runtime.InteropServices;
using Batching.Tests;
using Classify.Quantization.Onnx;
using Google.Protobuf;

namespace Batching.Server.Tests;

/// <summary>A small model in a folder of its own, whose logits are no numbers for every text with one word.</summary>
internal sealed class PoisonedModel : IDisposable
{
    public const string Word = "cat";

    public PoisonedModel()
    {
        foreach (string file in Directory.EnumerateFiles(Repository.Contract(RunningServer.OneLabel)))
        {
            File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)));
        }

        string[] vocabulary = File.ReadAllLines(Path.Combine(Folder, "vocab.txt"));
        string onnx = Path.Combine(Folder, "model.onnx");
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(onnx));
        TensorProto embeddings = model.Graph.Initializer.Single(tensor => tensor.Dims.Count == 2 && tensor.Dims[0] == vocabulary.Length);
        byte[] values = embeddings.RawData.ToByteArray();
        int row = values.Length / vocabulary.Length;
        MemoryMarshal.Cast<byte, float>(values.AsSpan(Array.IndexOf(vocabulary, Word) * row, row)).Fill(float.NaN);
        embeddings.RawData = ByteString.CopyFrom(values);
        File.WriteAllBytes(onnx, model.ToByteArray());
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("batching-").FullName;

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

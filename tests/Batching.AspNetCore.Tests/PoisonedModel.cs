using System.Runtime.InteropServices;
using Batching.Tests.Onnx;
using Google.Protobuf;

namespace Batching.AspNetCore.Tests;

/// <summary>A model in a folder of its own, whose logits are no numbers for every text with one word.</summary>
internal sealed class PoisonedModel : IDisposable
{
    /// <param name="folder">The sound model.</param>
    /// <param name="onnxFile">Its .onnx file, by its name in the folder.</param>
    /// <param name="word">The word, one of vocab.txt.</param>
    public PoisonedModel(string folder, string onnxFile, string word)
    {
        foreach (string file in Directory.EnumerateFiles(folder))
        {
            File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)));
        }

        string[] vocabulary = File.ReadAllLines(Path.Combine(Folder, "vocab.txt"));
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(folder, onnxFile)));

        // The embeddings, or their scales where they are stored as bytes.
        TensorProto embeddings = model.Graph.Initializer.Single(tensor =>
            tensor.Dims.Count == 2 && tensor.Dims[0] == vocabulary.Length && tensor.DataType == (int)TensorProto.Types.DataType.Float);
        byte[] values = embeddings.RawData.ToByteArray();
        int row = values.Length / vocabulary.Length;
        MemoryMarshal.Cast<byte, float>(values.AsSpan(Array.IndexOf(vocabulary, word) * row, row)).Fill(float.NaN);
        embeddings.RawData = ByteString.CopyFrom(values);
        string poisoned = Path.Combine(Folder, onnxFile);
        Directory.CreateDirectory(Path.GetDirectoryName(poisoned)!);
        File.WriteAllBytes(poisoned, model.ToByteArray());
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("batching-").FullName;

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

using Batching.Graphs;
using Batching.Tests.Folders;
using Batching.Tests.Onnx;
using Google.Protobuf;

namespace Batching.Tests;

/// <summary>A copy of a contract's model, changed as a test likes, and the int8 model made of it.</summary>
internal sealed class QuantizedFolder : IDisposable
{
    private readonly Workspace files = new();

    private QuantizedFolder(ModelFolderBuilder source) => Source = source;

    public ModelFolderBuilder Source { get; }

    public string Output => files.PathOf("int8");

    public QuantizationResult Result { get; private set; } = null!;

    /// <summary>The messages of the int8 model, its weights included.</summary>
    public ModelProto Int8 => ModelProto.Parser.ParseFrom(WholeModel.Read(ModelFolder.At(Output), "onnx/model_int8.onnx").Model.ToBytes());

    public static QuantizedFolder Make(string contract, Action<ModelProto>? change = null)
    {
        var folder = new QuantizedFolder(ModelFolderBuilder.Copy(contract));
        if (change is not null)
        {
            folder.Change(change);
        }

        folder.Quantize();
        return folder;
    }

    /// <summary>Changes the fp32 model and does not quantize it yet.</summary>
    public static QuantizedFolder Changed(string contract, Action<ModelProto> change)
    {
        var folder = new QuantizedFolder(ModelFolderBuilder.Copy(contract));
        folder.Change(change);
        return folder;
    }

    public void Quantize() => Result = Quantizer.Quantize(Source.Folder, Sentences.Few, Output);

    public SequenceClassifier Load() => SequenceClassifier.Load(Output, new SequenceClassifierOptions { Precision = ModelPrecision.Int8 });

    /// <summary>The logits of the int8 model, as bits.</summary>
    public int[] Bits()
    {
        using SequenceClassifier classifier = Load();
        return [.. classifier.Classify(Sentences.Few).SelectMany(result => result.Logits.ToArray()).Select(BitConverter.SingleToInt32Bits)];
    }

    public void Dispose()
    {
        Source.Dispose();
        files.Dispose();
    }

    private void Change(Action<ModelProto> change)
    {
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Source.PathOf("model.onnx")));
        change(model);
        Source.Write("model.onnx", model.ToByteArray());
    }
}

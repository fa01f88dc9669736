using System.Globalization;
using Batching;
using Batching.Folders;
using Classify.Quantization.Onnx;
using Google.Protobuf;

namespace Classify.Quantization;

/// <summary>An .onnx file as its messages, with the weights that lay in files beside it.</summary>
internal sealed class OnnxModel
{
    // Where a file may be mapped into memory, weights begin on a page.
    private const int PageSize = 4096;

    // Shapes and scalars stay in the graph, where runtimes look for them when they load it.
    private const int SmallestExternalTensor = 1024;

    // A message of protobuf has less than 2 GiB; the rest is for the graph.
    private const long LargestWeights = int.MaxValue - (64L << 20);

    private OnnxModel(string path, ModelProto proto, bool hasExternalData, long bytes)
    {
        Path = path;
        Proto = proto;
        HasExternalData = hasExternalData;
        Bytes = bytes;
    }

    /// <summary>The file it was read from.</summary>
    public string Path { get; }

    public ModelProto Proto { get; }

    public GraphProto Graph => Proto.Graph;

    /// <summary>Whether weights lay in files beside it; they do again where it is written.</summary>
    public bool HasExternalData { get; }

    /// <summary>The size of the file, and of those beside it.</summary>
    public long Bytes { get; }

    /// <summary>Reads a model whole; all weights are in the messages then.</summary>
    /// <exception cref="ModelLoadException">The file is no ONNX model, or its weights are not there.</exception>
    public static OnnxModel Read(string path)
    {
        var folder = ModelFolder.At(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
        string name = System.IO.Path.GetFileName(path);
        using Stream stream = folder.OpenSeekable(name) ?? throw new ModelLoadException($"There is no file '{path}'. Name the .onnx file to quantize.", path);
        ModelProto proto;
        try
        {
            proto = ModelProto.Parser.ParseFrom(stream);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new ModelLoadException(
                $"'{path}' is damaged or no ONNX file: {exception.Message} Download it again, or export it again.", path, exception);
        }

        if (proto.Graph is null)
        {
            throw new ModelLoadException($"'{path}' holds no graph. Download it again, or export it again.", path);
        }

        bool hasExternalData = false;
        using var files = new ExternalFiles(folder, name);
        foreach (TensorProto tensor in TensorsOf(proto))
        {
            if (tensor.DataLocation == TensorProto.Types.DataLocation.External)
            {
                Load(tensor, files);
                hasExternalData = true;
            }
        }

        return new OnnxModel(path, proto, hasExternalData, stream.Length + files.Bytes);
    }

    /// <summary>A copy whose graph may be changed; the weights are shared, for they do not change.</summary>
    public OnnxModel Copy() => new(Path, Proto.Clone(), HasExternalData, Bytes);

    /// <summary>Writes the model, and its weights beside it as <c>FILE_data</c> where they lay there before or the file would be too large.</summary>
    /// <param name="path">The file.</param>
    /// <param name="largestWeights">The most bytes of weights within it.</param>
    /// <returns>The number of bytes written, those of the weights included.</returns>
    public long Write(string path, long largestWeights = LargestWeights)
    {
        long weights = Graph.Initializer.Sum(tensor => (long)tensor.RawData.Length);
        if (!HasExternalData && weights <= largestWeights)
        {
            return WriteProto(Proto, path);
        }

        ModelProto proto = Proto.Clone();
        return WriteWeights(proto.Graph, $"{path}_data") + WriteProto(proto, path);
    }

    private static long WriteProto(ModelProto proto, string path)
    {
        using FileStream stream = File.Create(path);
        proto.WriteTo(stream);
        return stream.Length;
    }

    private static long WriteWeights(GraphProto graph, string path)
    {
        using FileStream stream = File.Create(path);
        foreach (TensorProto tensor in graph.Initializer.Where(tensor => tensor.RawData.Length >= SmallestExternalTensor))
        {
            stream.Position = (stream.Position + PageSize - 1) / PageSize * PageSize;
            Refer(tensor, System.IO.Path.GetFileName(path), stream.Position, tensor.RawData.Length);
            tensor.RawData.WriteTo(stream);
            tensor.ClearRawData();
        }

        return stream.Length;
    }

    private static void Load(TensorProto tensor, ExternalFiles files)
    {
        OnnxPart numbers = files.Find(ExternalTensor.Read(tensor.ToByteArray())!);
        var bytes = new byte[numbers.Length];
        files.Read(numbers, bytes);
        tensor.RawData = UnsafeByteOperations.UnsafeWrap(bytes);
        tensor.ExternalData.Clear();
        tensor.ClearDataLocation();
    }

    /// <summary>Says of a tensor that its numbers are in a file.</summary>
    public static void Refer(TensorProto tensor, string location, long offset, long length)
    {
        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        tensor.ExternalData.Clear();
        tensor.ExternalData.Add(
        [
            new StringStringEntryProto { Key = "location", Value = location },
            new StringStringEntryProto { Key = "offset", Value = offset.ToString(CultureInfo.InvariantCulture) },
            new StringStringEntryProto { Key = "length", Value = length.ToString(CultureInfo.InvariantCulture) },
        ]);
    }

    private static IEnumerable<TensorProto> TensorsOf(ModelProto model) =>
        TensorsOf(model.Graph).Concat(model.Functions.SelectMany(function => TensorsOf(function.Node)));

    private static IEnumerable<TensorProto> TensorsOf(GraphProto graph) => graph.Initializer
        .Concat(graph.SparseInitializer.SelectMany(TensorsOf))
        .Concat(TensorsOf(graph.Node));

    private static IEnumerable<TensorProto> TensorsOf(SparseTensorProto sparse) =>
        ((TensorProto?[])[sparse.Values, sparse.Indices]).OfType<TensorProto>();

    private static IEnumerable<TensorProto> TensorsOf(IEnumerable<NodeProto> nodes)
    {
        foreach (AttributeProto attribute in nodes.SelectMany(node => node.Attribute))
        {
            IEnumerable<GraphProto> graphs = attribute.G is null ? attribute.Graphs : attribute.Graphs.Prepend(attribute.G);
            IEnumerable<SparseTensorProto> sparse = attribute.SparseTensor is null ? attribute.SparseTensors : attribute.SparseTensors.Prepend(attribute.SparseTensor);
            IEnumerable<TensorProto> tensors = attribute.T is null ? attribute.Tensors : attribute.Tensors.Prepend(attribute.T);
            foreach (TensorProto tensor in tensors.Concat(sparse.SelectMany(TensorsOf)).Concat(graphs.SelectMany(TensorsOf)))
            {
                yield return tensor;
            }
        }
    }
}

using System.Globalization;
using System.Runtime.InteropServices;
using Batching.Tests.Onnx;
using Google.Protobuf;

namespace Batching.Tests.Folders;

/// <summary>Writes small ONNX graphs, sound and unsound ones.</summary>
internal sealed class OnnxGraph
{
    private readonly GraphProto graph = new() { Name = "test" };

    /// <summary>
    /// A classifier that works: each id has one number for each label, and the logits are the sums of the numbers of the
    /// ids that the mask leaves.
    /// </summary>
    /// <param name="weights">The numbers, <c>[ids, labels]</c>; without them eight ids and two labels, where id 5 is for the first and id 6 for the second.</param>
    /// <param name="labels">The number of labels.</param>
    /// <param name="output">What the graph says of its output.</param>
    /// <param name="inputs">What the graph says of both inputs.</param>
    public static OnnxGraph Classifier(
        float[]? weights = null, int labels = 2, string output = "float[batch,2]", string inputs = "int64[batch,sequence]") =>
        Body(weights, labels, inputs).Node("ReduceSum", "logits", ["masked", "axis1"], ("keepdims", 0)).Output("logits", output);

    /// <summary>As <see cref="Classifier"/> up to the sum: <c>masked</c> is <c>[batch, sequence, labels]</c>.</summary>
    public static OnnxGraph Body(float[]? weights = null, int labels = 2, string inputs = "int64[batch,sequence]") => new OnnxGraph()
        .Input("input_ids", inputs)
        .Input("attention_mask", inputs)
        .Weights("embeddings", weights ?? [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, -1, -1, 2, 0, 0], labels)
        .Constant("axis1", 1)
        .Constant("axis2", 2)
        .Node("Gather", "embedded", ["embeddings", "input_ids"])
        .Node("Cast", "mask", ["attention_mask"], ("to", (long)TensorProto.Types.DataType.Float))
        .Node("Unsqueeze", "mask3", ["mask", "axis2"])
        .Node("Mul", "masked", ["embedded", "mask3"]);

    /// <param name="name">Its name.</param>
    /// <param name="type">Such as <c>int64[batch,2]</c>: an axis is a number, or a name where it is of any size.</param>
    public OnnxGraph Input(string name, string type)
    {
        graph.Input.Add(ValueOf(name, type));
        return this;
    }

    /// <inheritdoc cref="Input"/>
    public OnnxGraph Output(string name, string type)
    {
        graph.Output.Add(ValueOf(name, type));
        return this;
    }

    /// <summary>An input or output that is no tensor.</summary>
    public OnnxGraph Sequence(string name, bool isInput)
    {
        var type = new TypeProto { SequenceType = new TypeProto.Types.Sequence { ElemType = ValueOf(name, "int64[batch,sequence]").Type } };
        (isInput ? graph.Input : graph.Output).Add(new ValueInfoProto { Name = name, Type = type });
        return this;
    }

    /// <summary>Numbers of the model, <c>[.., columns]</c>.</summary>
    public OnnxGraph Weights(string name, float[] values, int columns)
    {
        graph.Initializer.Add(new TensorProto
        {
            Name = name,
            DataType = (int)TensorProto.Types.DataType.Float,
            Dims = { values.Length / columns, columns },
            RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(values)),
        });
        return this;
    }

    /// <summary>Weights in a file of their own beside the .onnx file.</summary>
    public OnnxGraph ExternalWeights(string name, string file, int rows, int columns)
    {
        graph.Initializer.Remove(graph.Initializer.Single(tensor => tensor.Name == name));
        graph.Initializer.Add(new TensorProto
        {
            Name = name,
            DataType = (int)TensorProto.Types.DataType.Float,
            Dims = { rows, columns },
            DataLocation = TensorProto.Types.DataLocation.External,
            ExternalData =
            {
                new StringStringEntryProto { Key = "location", Value = file },
                new StringStringEntryProto { Key = "length", Value = (rows * columns * sizeof(float)).ToString(CultureInfo.InvariantCulture) },
            },
        });
        return this;
    }

    /// <summary>A rank-1 tensor of int64.</summary>
    public OnnxGraph Constant(string name, params long[] values)
    {
        graph.Initializer.Add(new TensorProto
        {
            Name = name,
            DataType = (int)TensorProto.Types.DataType.Int64,
            Dims = { values.Length },
            Int64Data = { values },
        });
        return this;
    }

    /// <summary>A single int64 of no dimension.</summary>
    public OnnxGraph Scalar(string name, long value)
    {
        graph.Initializer.Add(new TensorProto { Name = name, DataType = (int)TensorProto.Types.DataType.Int64, Int64Data = { value } });
        return this;
    }

    /// <summary>Numbers of the model of any shape.</summary>
    public OnnxGraph Numbers(string name, float[] values, params long[] dimensions)
    {
        graph.Initializer.Add(new TensorProto
        {
            Name = name,
            DataType = (int)TensorProto.Types.DataType.Float,
            Dims = { dimensions },
            FloatData = { values },
        });
        return this;
    }

    public OnnxGraph Node(string type, string output, string[] inputs, params (string Name, long Value)[] attributes)
    {
        var node = new NodeProto { OpType = type, Name = output, Input = { inputs }, Output = { output } };
        node.Attribute.AddRange(attributes.Select(attribute => new AttributeProto
        {
            Name = attribute.Name,
            Type = AttributeProto.Types.AttributeType.Int,
            I = attribute.Value,
        }));
        graph.Node.Add(node);
        return this;
    }

    public byte[] ToBytes() => new ModelProto
    {
        IrVersion = 8,
        OpsetImport = { new OperatorSetIdProto { Version = 17 } },
        Graph = graph,
    }.ToByteArray();

    private static ValueInfoProto ValueOf(string name, string type)
    {
        string[] parts = type.TrimEnd(']').Split('[');
        var shape = new TensorShapeProto();
        foreach (string axis in parts[1].Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            shape.Dim.Add(long.TryParse(axis, CultureInfo.InvariantCulture, out long size)
                ? new TensorShapeProto.Types.Dimension { DimValue = size }
                : new TensorShapeProto.Types.Dimension { DimParam = axis });
        }

        var tensor = new TypeProto.Types.Tensor
        {
            ElemType = (int)Enum.Parse<TensorProto.Types.DataType>(parts[0], ignoreCase: true),
            Shape = shape,
        };
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }
}

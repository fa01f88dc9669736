using Batching.Tests.Onnx;
using Google.Protobuf;

namespace Batching.Tests.Hub;

/// <summary>Moves the weights of a graph into a file of their own, as exporters do with large ones.</summary>
internal static class ExternalWeights
{
    public static (byte[] Graph, byte[] Weights) Split(byte[] model, string location)
    {
        ModelProto proto = ModelProto.Parser.ParseFrom(model);
        using var weights = new MemoryStream();
        foreach (TensorProto tensor in proto.Graph.Initializer.Where(tensor => tensor.RawData.Length >= 1024))
        {
            tensor.DataLocation = TensorProto.Types.DataLocation.External;
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = $"{weights.Length}" });
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = $"{tensor.RawData.Length}" });
            tensor.RawData.WriteTo(weights);
            tensor.ClearRawData();
        }

        return (proto.ToByteArray(), weights.ToArray());
    }
}

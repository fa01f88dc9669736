using Batching.Graphs;
using Batching.Tests.Folders;
using Batching.Tests.Onnx;
using Google.Protobuf;
using Xunit;

namespace Batching.Tests.Graphs;

/// <summary>Which files an .onnx file names for its numbers.</summary>
public sealed class ExternalFileListTests
{
    [Fact]
    public void All_tensors_are_asked_wherever_they_are()
    {
        var model = new ModelProto
        {
            Graph = new GraphProto
            {
                Initializer = { Tensor("a"), Tensor("./b"), new TensorProto { Name = "inner", RawData = ByteString.CopyFrom(1, 2) } },
                SparseInitializer = { new SparseTensorProto { Values = Tensor("c"), Indices = Tensor("d") } },
                Node =
                {
                    new NodeProto
                    {
                        Attribute =
                        {
                            new AttributeProto { T = Tensor("e"), Tensors = { Tensor("sub//f"), Tensor("a") } },
                            new AttributeProto { SparseTensor = new SparseTensorProto { Values = Tensor("g") }, SparseTensors = { new SparseTensorProto { Indices = Tensor("h") } } },
                            new AttributeProto { G = new GraphProto { Initializer = { Tensor("i") } }, Graphs = { new GraphProto { Node = { NodeWith("j") } } } },
                        },
                    },
                },
            },
            Functions = { new FunctionProto { Node = { NodeWith("k") }, AttributeProto = { new AttributeProto { T = Tensor("l") } } } },
            TrainingInfo = { new TrainingInfoProto { Initialization = new GraphProto { Initializer = { Tensor("m") } }, Algorithm = new GraphProto { Node = { NodeWith("n") } } } },
        };
        using var folder = ModelFolderBuilder.Tiny().Write("onnx/model.onnx", model.ToByteArray());
        Assert.Equal(
            ["a", "b", "c", "d", "e", "sub/f", "g", "h", "i", "j", "k", "l", "m", "n"],
            ExternalFiles.NamedBy(ModelFolder.At(folder.Folder), "onnx/model.onnx").Select(name => name["onnx/".Length..]).OrderBy(name => name[^1]));
    }

    [Fact]
    public void A_file_with_all_its_numbers_names_none()
    {
        using var folder = ModelFolderBuilder.Copy();
        Assert.Empty(ExternalFiles.NamedBy(ModelFolder.At(folder.Folder), "model.onnx"));
        Assert.Empty(ExternalFiles.NamedBy(ModelFolder.At(folder.Folder), "vocab.txt"));
        Assert.Empty(ExternalFiles.NamedBy(ModelFolder.At(folder.Folder), "missing.onnx"));
    }

    private static NodeProto NodeWith(string location) => new() { Attribute = { new AttributeProto { T = Tensor(location) } } };

    private static TensorProto Tensor(string location) => new()
    {
        DataLocation = TensorProto.Types.DataLocation.External,
        ExternalData = { new StringStringEntryProto { Key = "location", Value = location } },
    };
}

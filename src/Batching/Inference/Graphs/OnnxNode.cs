using Batching.Folders;
using Google.Protobuf;

namespace Batching.Inference.Graphs;

/// <summary>A node of an ONNX graph: what the message <c>NodeProto</c> says of its operator and its tensors.</summary>
/// <param name="Operator">The operator, with its domain before it where that is not ONNX's own: <c>com.microsoft.Gelu</c>.</param>
/// <param name="Inputs">The names of its inputs; empty for one left out.</param>
/// <param name="Outputs">The names of its outputs.</param>
/// <param name="Integers">Its attributes that are single integers.</param>
/// <param name="Constant">Of a node that is a constant, its tensor.</param>
/// <param name="HasGraph">Whether it holds graphs of its own, which may use any tensor.</param>
internal sealed record OnnxNode(
    string Operator,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Outputs,
    IReadOnlyDictionary<string, long> Integers,
    OnnxTensor? Constant,
    bool HasGraph)
{
    private const int InputField = 1;
    private const int OutputField = 2;
    private const int OperatorField = 4;
    private const int AttributeField = 5;
    private const int DomainField = 7;
    private const string OwnDomain = "ai.onnx";

    /// <exception cref="InvalidDataException">The message is damaged.</exception>
    public static OnnxNode Read(ReadOnlyMemory<byte> message)
    {
        string name = "";
        string domain = "";
        List<string> inputs = [];
        List<string> outputs = [];
        var integers = new Dictionary<string, long>(StringComparer.Ordinal);
        OnnxTensor? constant = null;
        bool hasGraph = false;
        foreach (ProtobufField field in ProtobufField.Of(message))
        {
            switch (field.Number)
            {
                case InputField:
                    inputs.Add(field.Text());
                    break;
                case OutputField:
                    outputs.Add(field.Text());
                    break;
                case OperatorField:
                    name = field.Text();
                    break;
                case DomainField:
                    domain = field.Text();
                    break;
                case AttributeField:
                    ReadAttribute(field.Content, integers, ref constant, ref hasGraph);
                    break;
                default:
                    break;
            }
        }

        return new OnnxNode(domain is "" or OwnDomain ? name : $"{domain}.{name}", inputs, outputs, integers, constant, hasGraph);
    }

    /// <summary>The message of a node that is given other inputs.</summary>
    /// <param name="message">The node's message.</param>
    /// <param name="rename">Gives the new name of an input.</param>
    public static byte[] WithInputs(ReadOnlyMemory<byte> message, Func<string, string> rename)
    {
        using var written = new MemoryStream();
        using (var output = new CodedOutputStream(written, leaveOpen: true))
        {
            foreach (ProtobufField field in ProtobufField.Of(message))
            {
                if (field.Number == InputField)
                {
                    output.WriteTag(InputField, WireFormat.WireType.LengthDelimited);
                    output.WriteString(rename(field.Text()));
                }
                else
                {
                    output.Flush();
                    written.Write(field.Whole.Span);
                }
            }
        }

        return written.ToArray();
    }

    /// <summary>The message of a node of ONNX's own, without attributes.</summary>
    public static byte[] Write(string name, IReadOnlyList<string> inputs, string outputName)
    {
        using var written = new MemoryStream();
        using (var output = new CodedOutputStream(written, leaveOpen: true))
        {
            IEnumerable<(int Field, string Text)> texts = [.. inputs.Select(input => (InputField, input)), (OutputField, outputName), (OperatorField, name)];
            foreach ((int field, string text) in texts)
            {
                output.WriteTag(field, WireFormat.WireType.LengthDelimited);
                output.WriteString(text);
            }
        }

        return written.ToArray();
    }

    private static void ReadAttribute(
        ReadOnlyMemory<byte> message, Dictionary<string, long> integers, ref OnnxTensor? constant, ref bool hasGraph)
    {
        const int NameField = 1;
        const int IntegerField = 3;
        const int TensorField = 5;
        const int GraphField = 6;
        const int GraphsField = 11;
        string name = "";
        long? integer = null;
        foreach (ProtobufField field in ProtobufField.Of(message))
        {
            switch (field.Number)
            {
                case NameField:
                    name = field.Text();
                    break;
                case IntegerField:
                    integer = (long)field.Value;
                    break;
                case TensorField:
                    constant = OnnxTensor.Read(field.Content);
                    break;
                case GraphField or GraphsField:
                    hasGraph = true;
                    break;
                default:
                    break;
            }
        }

        if (integer is { } value)
        {
            integers[name] = value;
        }
    }
}

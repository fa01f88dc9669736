using Google.Protobuf;

namespace Batching.ModelFiles;

/// <summary>Which operators the graph of an .onnx file is made of. Its weights are passed over, not read.</summary>
/// <remarks>Numbers of fields are those of the ONNX format's messages.</remarks>
internal sealed class OnnxOperators : IDisposable
{
    // Graphs within graphs, as the branches of an If; ONNX Runtime reads no more than this either.
    private const int DeepestGraph = 100;

    private readonly Stream stream;
    private readonly HashSet<string> types = new(StringComparer.Ordinal);
    private CodedInputStream input;
    private int depth;

    private OnnxOperators(Stream stream)
    {
        this.stream = stream;
        input = new CodedInputStream(stream, leaveOpen: true);
    }

    private delegate void FieldReader(int number);

    // Where the stream can seek, this is the place in the stream.
    private long Position => input.Position;

    /// <param name="folder">The model's files.</param>
    /// <param name="name">The .onnx file.</param>
    /// <param name="content">Its content, where it was read already.</param>
    /// <returns>The operators' names, such as <c>MatMul</c>; of a file that is no ONNX model, those that were met before that showed.</returns>
    public static IReadOnlySet<string> Read(ModelFolder folder, string name, byte[]? content) => content is null
        ? folder.Read(name, Read, otherwise: new HashSet<string>(StringComparer.Ordinal))
        : Read(new MemoryStream(content));

    private static HashSet<string> Read(Stream stream)
    {
        using var operators = new OnnxOperators(stream);
        try
        {
            operators.ReadFields(stream.Length, operators.ReadModelField);
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidDataException)
        {
            // What is wrong with the file is for ONNX Runtime to say, which reads all of it, and other formats besides.
        }

        return operators.types;
    }

    public void Dispose() => input.Dispose();

    private void ReadModelField(int number)
    {
        switch (number)
        {
            case 7:
                ReadMessage(ReadGraphField);
                break;
            case 25:
                ReadMessage(ReadFunctionField);
                break;
            default:
                input.SkipLastField();
                break;
        }
    }

    private void ReadGraphField(int number)
    {
        switch (number)
        {
            case 1:
                ReadMessage(ReadNodeField);
                break;
            case 5 or 15:
                PassOver();
                break;
            default:
                input.SkipLastField();
                break;
        }
    }

    private void ReadFunctionField(int number)
    {
        if (number == 7)
        {
            ReadMessage(ReadNodeField);
        }
        else
        {
            input.SkipLastField();
        }
    }

    private void ReadNodeField(int number)
    {
        switch (number)
        {
            case 4:
                types.Add(input.ReadString());
                break;
            case 5:
                ReadMessage(ReadAttributeField);
                break;
            default:
                input.SkipLastField();
                break;
        }
    }

    private void ReadAttributeField(int number)
    {
        switch (number)
        {
            case 6 or 11:
                depth = depth < DeepestGraph ? depth + 1 : throw new InvalidDataException("The graphs are nested too deep.");
                ReadMessage(ReadGraphField);
                depth--;
                break;
            case 5 or 10 or 22 or 23:
                PassOver();
                break;
            default:
                input.SkipLastField();
                break;
        }
    }

    private void ReadMessage(FieldReader readField)
    {
        int length = input.ReadLength();
        ReadFields(Position + length, readField);
    }

    private void ReadFields(long end, FieldReader readField)
    {
        while (Position < end)
        {
            uint tag = input.ReadTag();
            if (tag == 0)
            {
                throw new InvalidDataException("The file ends within a message.");
            }

            int number = WireFormat.GetTagFieldNumber(tag);

            // All that is read further is a message or a text; a number of such a field is not what the format says.
            readField(WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited ? number : 0);
        }

        if (Position != end)
        {
            throw new InvalidDataException("A field is longer than the message that it is in.");
        }
    }

    // The library would read what it skips, which is nearly all of the file.
    private void PassOver()
    {
        int length = input.ReadLength();
        long end = Position + length;
        if (length < 0 || end > stream.Length)
        {
            throw new InvalidDataException("A field is longer than the file.");
        }

        stream.Position = end;
        input.Dispose();
        input = new CodedInputStream(stream, leaveOpen: true);
    }
}

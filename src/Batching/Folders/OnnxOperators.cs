using System.Runtime.InteropServices;
using Google.Protobuf;

namespace Batching.Folders;

/// <summary>Which operators the graph of an .onnx file is made of, and which tables it has. Its weights are passed over, not read.</summary>
/// <remarks>Numbers of fields are those of the ONNX format's messages.</remarks>
internal sealed class OnnxOperators : IDisposable
{
    // Graphs within graphs, as the branches of an If; ONNX Runtime reads no more than this either.
    private const int DeepestGraph = 100;

    // A hundred times what a large encoder has. ONNX Runtime writes out what functions call, and they may call each other so
    // that a few lines become more nodes than there is memory for.
    private const long MostNodes = 100_000;

    private readonly Stream stream;

    // How often each operator is used, by its name and domain: in the graph, and in each of the file's own functions.
    private readonly Dictionary<(string Name, string Domain), long> graph = [];
    private readonly Dictionary<(string Name, string Domain), Dictionary<(string Name, string Domain), long>> functions = [];
    private readonly Dictionary<(string Name, string Domain), long> nodesOfFunctions = [];

    // Of the graph itself: the dimensions of constants by name, the names that nodes give them, and those that are looked up in.
    private readonly Dictionary<string, IReadOnlyList<long>> constants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> renamed = new(StringComparer.Ordinal);
    private readonly HashSet<string> tables = new(StringComparer.Ordinal);

    private CodedInputStream input;
    private Dictionary<(string Name, string Domain), long> scope;
    private string name = "";
    private string domain = "";
    private List<string> inputs = [];
    private List<string> outputs = [];
    private IReadOnlyList<long>? constant;
    private int depth;

    private OnnxOperators(Stream stream)
    {
        this.stream = stream;
        input = new CodedInputStream(stream, leaveOpen: true);
        scope = graph;
    }

    private delegate void FieldReader(int number);

    // Where the stream can seek, this is the place in the stream.
    private long Position => input.Position;

    /// <param name="folder">The model's files.</param>
    /// <param name="file">The .onnx file.</param>
    /// <param name="content">Its content.</param>
    /// <returns>What was found; of a file that is no ONNX model, what was met before that showed.</returns>
    /// <exception cref="ModelLoadException">Its graph is too large for any model.</exception>
    public static OnnxContent Read(ModelFolder folder, string file, byte[] content)
    {
        using var whole = new MemoryStream(content);
        (OnnxContent found, long nodes) = Read(whole);
        return nodes <= MostNodes ? found : throw new ModelLoadException(
            $"'{folder.PathOf(file)}' has a graph of more than {MostNodes} nodes, those of its functions counted as often as they are called, which is no classifier's: ONNX Runtime would take hours or all memory to load it. Use the model as it was published.",
            folder.PathOf(file));
    }

    public void Dispose() => input.Dispose();

    private static (OnnxContent Found, long Nodes) Read(Stream stream)
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

        IEnumerable<(string Name, string Domain)> used = operators.functions.Values.Prepend(operators.graph).SelectMany(calls => calls.Keys);
        var found = new OnnxContent(used.Select(key => key.Name).ToHashSet(StringComparer.Ordinal), operators.Tables());
        return (found, operators.NodesOf(operators.graph, DeepestGraph));
    }

    private List<IReadOnlyList<long>> Tables()
    {
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (string table in tables)
        {
            // A name may be given once only, but a file may say what it likes.
            string source = table;
            for (int step = 0; step < renamed.Count && renamed.TryGetValue(source, out string? before); step++)
            {
                source = before;
            }

            named.Add(source);
        }

        return [.. named.Where(constants.ContainsKey).Select(table => constants[table])];
    }

    // How many nodes are left when functions are written out; more than the most where that is all that matters.
    private long NodesOf(Dictionary<(string Name, string Domain), long> calls, int deepest)
    {
        long nodes = 0;
        foreach (((string Name, string Domain) called, long times) in calls)
        {
            nodes += times * NodesOf(called, deepest);
            if (nodes > MostNodes)
            {
                return MostNodes + 1;
            }
        }

        return nodes;
    }

    private long NodesOf((string Name, string Domain) called, int deepest)
    {
        if (!functions.TryGetValue(called, out Dictionary<(string Name, string Domain), long>? calls))
        {
            return 1;
        }

        if (!nodesOfFunctions.TryGetValue(called, out long nodes))
        {
            nodes = deepest == 0 ? MostNodes + 1 : NodesOf(calls, deepest - 1);
            nodesOfFunctions[called] = nodes;
        }

        return nodes;
    }

    private void ReadModelField(int number)
    {
        switch (number)
        {
            case 7:
                ReadMessage(ReadGraphField);
                break;
            case 25:
                ReadFunction();
                break;
            default:
                input.SkipLastField();
                break;
        }
    }

    private void ReadFunction()
    {
        scope = [];
        (name, domain) = ("", "");
        ReadMessage(ReadFunctionField);
        functions[(name, domain)] = scope;
        scope = graph;
    }

    private void ReadFunctionField(int number)
    {
        switch (number)
        {
            case 1:
                name = input.ReadString();
                break;
            case 7:
                ReadNode();
                break;
            case 10:
                domain = input.ReadString();
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
                ReadNode();
                break;
            case 5 when depth == 0:
                (string tensor, IReadOnlyList<long> dimensions) = ReadTensor();
                constants[tensor] = dimensions;
                break;
            case 5 or 15:
                PassOver();
                break;
            default:
                input.SkipLastField();
                break;
        }
    }

    private void ReadNode()
    {
        // A node may hold graphs, and be held by a function.
        (string outerName, string outerDomain) = (name, domain);
        (List<string> outerInputs, List<string> outerOutputs) = (inputs, outputs);
        (name, domain, inputs, outputs, constant) = ("", "", [], [], null);
        ReadMessage(ReadNodeField);
        CollectionsMarshal.GetValueRefOrAddDefault(scope, (name, domain), out _)++;
        if (depth == 0 && scope == graph)
        {
            AddTables();
        }

        (name, domain, inputs, outputs) = (outerName, outerDomain, outerInputs, outerOutputs);
    }

    private void AddTables()
    {
        switch (name)
        {
            case "Gather" or "Slice" when inputs.Count > 0:
                tables.Add(inputs[0]);
                break;
            case "EmbedLayerNormalization":
                // The ids, the token types, and three tables.
                tables.UnionWith(inputs.Skip(2).Take(3));
                break;
            case "Cast" or "DequantizeLinear" or "Identity" when inputs.Count > 0 && outputs.Count > 0:
                renamed.TryAdd(outputs[0], inputs[0]);
                break;
            case "Constant" when constant is not null && outputs.Count > 0:
                constants[outputs[0]] = constant;
                break;
            default:
                break;
        }
    }

    private void ReadNodeField(int number)
    {
        switch (number)
        {
            case 1:
                inputs.Add(input.ReadString());
                break;
            case 2:
                outputs.Add(input.ReadString());
                break;
            case 4:
                name = input.ReadString();
                break;
            case 5:
                ReadMessage(ReadAttributeField);
                break;
            case 7:
                domain = input.ReadString();
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
            case 5:
                (_, constant) = ReadTensor();
                break;
            case 10 or 22 or 23:
                PassOver();
                break;
            default:
                input.SkipLastField();
                break;
        }
    }

    private (string Name, IReadOnlyList<long> Dimensions) ReadTensor()
    {
        int length = input.ReadLength();
        long end = Position + length;
        string tensor = "";
        List<long> dimensions = [];
        while (Position < end)
        {
            uint tag = input.ReadTag();
            if (tag == 0)
            {
                throw new InvalidDataException("The file ends within a message.");
            }

            switch (WireFormat.GetTagFieldNumber(tag), WireFormat.GetTagWireType(tag))
            {
                case (1, WireFormat.WireType.Varint):
                    dimensions.Add(input.ReadInt64());
                    break;
                case (1, WireFormat.WireType.LengthDelimited):
                    long packed = input.ReadLength() + Position;
                    while (Position < packed)
                    {
                        dimensions.Add(input.ReadInt64());
                    }

                    break;
                case (8, WireFormat.WireType.LengthDelimited):
                    tensor = input.ReadString();
                    break;
                case (_, WireFormat.WireType.LengthDelimited):
                    PassOver();
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }

        return Position == end ? (tensor, dimensions) : throw new InvalidDataException("A field is longer than the message that it is in.");
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

using System.Globalization;

namespace Batching.Graphs;

/// <summary>The files beside an .onnx file that hold numbers of its tensors. Each is opened when it is first asked for.</summary>
/// <remarks>
/// What a tensor names is met here and nowhere else: a regular file in the .onnx file's folder or below it, and a part of it
/// that is there. A link has to lead to a file in the model's folder, or beside the one that the .onnx file itself is a link
/// to, as in Hugging Face's cache.
/// </remarks>
/// <param name="folder">The model's files.</param>
/// <param name="model">The .onnx file.</param>
internal sealed class ExternalFiles(ModelFolder folder, string model) : IDisposable
{
    private const string Advice = "Put its weights beside it as they were exported, or export the model again.";

    private readonly Dictionary<string, Stream> streams = new(StringComparer.Ordinal);

    /// <summary>The names of the files that were opened, in the model's folder.</summary>
    public IReadOnlyCollection<string> Names => streams.Keys;

    /// <summary>How many bytes these files have together.</summary>
    public long Bytes => streams.Values.Sum(stream => stream.Length);

    /// <summary>The files that an .onnx file's numbers are in besides itself: those that it names, whatever they are called.</summary>
    /// <param name="folder">The model's files.</param>
    /// <param name="name">The .onnx file.</param>
    /// <returns>Their names in the model's folder, each once, in the order of the file; none where it is no ONNX model.</returns>
    /// <exception cref="ModelLoadException">The .onnx file cannot be read, or names a file that may be outside the model's folder.</exception>
    public static IReadOnlyList<string> NamedBy(ModelFolder folder, string name)
    {
        if (folder.Read(name, Array.MaxLength) is not { } content)
        {
            return [];
        }

        using var files = new ExternalFiles(folder, name);
        return
        [
            .. OnnxModel.Read(content, folder.PathOf(name)).Tensors.Select(tensor => tensor.Place).OfType<ExternalTensor>()
                .Select(files.NameOf).Distinct(StringComparer.Ordinal),
        ];
    }

    /// <summary>The name in the model's folder of the file that a tensor names, such as <c>onnx/model.onnx_data</c>.</summary>
    /// <exception cref="ModelLoadException">It names none, or one that may be elsewhere.</exception>
    public string NameOf(ExternalTensor tensor)
    {
        string location = tensor.Location ?? throw Refuse(tensor, "it does not say in which");
        string[] steps = location.Split('/');
        if (location.Any(char.IsControl) || location.Contains(':', StringComparison.Ordinal) || Path.IsPathRooted(location) || location.StartsWith('\\'))
        {
            throw Refuse(tensor, $"'{Shown(location)}' is not a path within the model's folder");
        }

        if (location.Split('/', '\\').Any(step => step.AsSpan().Trim() is ".."))
        {
            throw Refuse(tensor, $"'{Shown(location)}' leads out of the model's folder");
        }

        string name = string.Join('/', steps.Where(step => step is not ("" or ".")));
        return name.Length == 0 ? throw Refuse(tensor, $"'{Shown(location)}' names no file") : BesideModel(name);
    }

    /// <summary>The part of a file that holds a tensor's numbers.</summary>
    /// <exception cref="ModelLoadException">The file is not there, or none that may be read, or it is too short.</exception>
    public OnnxPart Find(ExternalTensor tensor)
    {
        string name = NameOf(tensor);
        long bytes = Open(tensor, name).Length;
        long offset = NumberOf(tensor, tensor.Offset, nameof(offset)) ?? 0;
        long length = NumberOf(tensor, tensor.Length, nameof(length)) ?? tensor.Size ?? bytes - offset;
        if (offset > bytes || length < 0 || length > bytes - offset)
        {
            throw Refuse(tensor, $"'{folder.PathOf(name)}' has {bytes} bytes, and {Math.Max(0, length)} from {offset} on are asked for");
        }

        return tensor.Size is null || tensor.Size == length
            ? new OnnxPart(default, name, offset, length)
            : throw Refuse(tensor, $"its shape takes {tensor.Size} bytes, and it is given {length} of '{folder.PathOf(name)}'");
    }

    /// <summary>Reads a part that was found.</summary>
    /// <exception cref="ModelLoadException">The file cannot be read.</exception>
    public void Read(OnnxPart part, Span<byte> destination)
    {
        try
        {
            Stream stream = streams[part.File!];
            stream.Position = part.Offset;
            stream.ReadExactly(destination);
        }
        catch (Exception exception) when (ModelFolder.IsOfReading(exception))
        {
            throw folder.CannotBeRead(part.File!, exception);
        }
    }

    /// <summary>Copies a file that was opened.</summary>
    /// <exception cref="IOException">The file cannot be read, or the copy not be written.</exception>
    public void Copy(string name, string path)
    {
        using FileStream copy = File.Create(path);
        streams[name].Position = 0;
        streams[name].CopyTo(copy);
    }

    public void Dispose()
    {
        foreach (Stream stream in streams.Values)
        {
            stream.Dispose();
        }
    }

    private static string Shown(string location)
    {
        string shown = location.Length <= 100 ? location : $"{location[..100]}...";
        return string.Concat(shown.Select(character => char.IsControl(character) ? $"\\u{(int)character:x4}" : character.ToString()));
    }

    private string BesideModel(string name)
    {
        int end = model.Replace('\\', '/').LastIndexOf('/');
        return $"{model[..(end + 1)]}{name}";
    }

    private long? NumberOf(ExternalTensor tensor, string? value, string what) => value is null
        ? null
        : long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : throw Refuse(tensor, $"its {what} is '{Shown(value)}', which is no number of bytes");

    private Stream Open(ExternalTensor tensor, string name)
    {
        if (streams.TryGetValue(name, out Stream? open))
        {
            return open;
        }

        if (!folder.Confines(name, model))
        {
            throw Refuse(tensor, $"'{folder.PathOf(name)}' is a link to a file elsewhere");
        }

        folder.Check(name);
        return streams[name] = folder.OpenSeekable(name) ?? throw Refuse(tensor, $"there is no '{name}' in {folder.Name}");
    }

    private ModelLoadException Refuse(ExternalTensor tensor, string why) => new(
        $"'{folder.PathOf(model)}' keeps the numbers of '{Shown(tensor.Name)}' in a file of their own: {why}. {Advice}", folder.PathOf(model));
}

using Batching.Folders;

namespace Batching.Graphs;

/// <summary>An .onnx file as a session is made of it, apart from all files of the model: its bytes, and where its other numbers are.</summary>
/// <remarks>
/// <para>
/// ONNX Runtime maps files of weights into memory for as long as a session lives: whoever writes over them changes the session's
/// weights, and whoever cuts them ends the process. So it never gets to see them. A few numbers are written into the file's
/// content; many into copies in a folder of the process's own, which are gone when the session is made: mapped, they take no
/// more memory than the files would, where numbers in the content take two and a half times as much during the load.
/// </para>
/// <para>Dispose of it after the session: where the system keeps files that are in use, the copies are deleted then.</para>
/// </remarks>
internal sealed class GraphContent : IDisposable
{
    // How large a file's content becomes with what it names, rather than that a disk is written to.
    private const long MostInBytes = 1 << 27;

    private readonly PrivateFolder? copies;
    private byte[]? bytes;

    private GraphContent(byte[] bytes, PrivateFolder? copies)
    {
        this.bytes = bytes;
        this.copies = copies;

        // A file that names others in a way that was not recognised does not find any.
        Folder = copies?.FullName ?? Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
    }

    /// <summary>The content of an .onnx file, until <see cref="Release"/>.</summary>
    public byte[] Bytes => bytes ?? throw new InvalidOperationException("The session is made; what it was made of is released.");

    /// <summary>The folder that the content's other files are in; one that does not exist where there are none.</summary>
    public string Folder { get; }

    /// <summary>Gathers what an .onnx file names.</summary>
    /// <param name="folder">The model's files.</param>
    /// <param name="name">The .onnx file.</param>
    /// <param name="model">What was read of it, and may have been changed since.</param>
    /// <param name="mostInBytes">The most bytes that it is to have with the numbers that it names; with more, they are copied.</param>
    /// <exception cref="ModelLoadException">A file that it names is missing, damaged, or none that may be read.</exception>
    public static GraphContent Gather(ModelFolder folder, string name, OnnxModel model, long mostInBytes = MostInBytes)
    {
        using var files = new ExternalFiles(folder, name);
        OnnxModel whole = model.WithTensors(tensor => tensor.Place is { } place ? tensor.WithNumbers(files.Find(place)) : tensor);
        return whole == model ? new GraphContent(model.ToBytes(), copies: null)
            : whole.Length <= mostInBytes ? new GraphContent(Join(whole, files), copies: null)
            : CopyOrJoin(folder, name, model, whole, files);
    }

    /// <summary>Lets go of what a session that is made needs no more.</summary>
    /// <returns>Whether that is all; else the rest is let go of when this is disposed of, after the session.</returns>
    public bool Release()
    {
        bytes = null;
        return copies is null || copies.TryDelete();
    }

    public void Dispose() => Release();

    private static byte[] Join(OnnxModel model, ExternalFiles files)
    {
        byte[] content = GC.AllocateUninitializedArray<byte>((int)model.Length);
        int position = 0;
        foreach (OnnxPart part in model.Parts())
        {
            Span<byte> destination = content.AsSpan(position, (int)part.Length);
            if (part.File is null)
            {
                part.Bytes.Span.CopyTo(destination);
            }
            else
            {
                files.Read(part, destination);
            }

            position += destination.Length;
        }

        return content;
    }

    private static GraphContent CopyOrJoin(ModelFolder folder, string name, OnnxModel model, OnnxModel whole, ExternalFiles files)
    {
        try
        {
            return Copy(model, files);
        }
        catch (Exception exception) when (ModelFolder.IsOfReading(exception))
        {
            // Protobuf's messages have no more bytes than an array.
            return whole.Length <= Array.MaxLength
                ? new GraphContent(Join(whole, files), copies: null)
                : throw new ModelLoadException(
                    $"The weights that '{folder.PathOf(name)}' has in files of their own cannot be copied to '{Path.GetTempPath()}': {exception.Message} Weights that do not fit into one .onnx file are loaded from a copy. Make room in the folder for temporary files, or set TMPDIR (TEMP on Windows) to one with room.",
                    folder.PathOf(name),
                    exception);
        }
    }

    private static GraphContent Copy(OnnxModel model, ExternalFiles files)
    {
        var made = new PrivateFolder();
        try
        {
            var names = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (string file in files.Names)
            {
                names[file] = $"{names.Count}";
                files.Copy(file, Path.Combine(made.FullName, names[file]));
            }

            OnnxModel referring = model.WithTensors(tensor => tensor.Place is { } place && files.Find(place) is var numbers
                ? tensor.WithNumbersAt(names[numbers.File!], numbers.Offset, numbers.Length)
                : tensor);
            return new GraphContent(referring.ToBytes(), made);
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }
}

namespace Batching.Folders;

/// <summary>An .onnx file with the numbers that it keeps in other files, apart from all of them.</summary>
/// <remarks>
/// ONNX Runtime maps such files into memory for as long as a session lives: whoever writes over them changes the session's
/// weights, and whoever cuts them ends the process. So it never gets to see them. A few numbers are written into the file's
/// content; many into copies in a folder of the process's own, which are gone when the session is made: mapped, they take no
/// more memory than the files would, where numbers in the content take two and a half times as much during the load.
/// </remarks>
internal sealed class WholeModel
{
    // How large a file's content becomes with what it names, rather than that a disk is written to.
    private const long MostInContent = 1 << 27;

    private WholeModel(byte[] content, PrivateFolder? copies)
    {
        Content = content;
        Copies = copies;

        // A file that names others in a way that was not recognised does not find any.
        Folder = copies?.FullName ?? Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
    }

    /// <summary>The content of an .onnx file.</summary>
    public byte[] Content { get; }

    /// <summary>The folder that the content's other files are in; one that does not exist where there are none.</summary>
    public string Folder { get; }

    /// <summary>Where numbers are that do not fit into the content; the caller deletes it once the session is made. Null for most models.</summary>
    public PrivateFolder? Copies { get; }

    /// <summary>Gathers what an .onnx file names.</summary>
    /// <param name="folder">The model's files.</param>
    /// <param name="name">The .onnx file.</param>
    /// <param name="content">Its content, which may have been changed since it was read.</param>
    /// <param name="mostInContent">The most bytes that it is to have with the numbers that it names; with more, they are copied.</param>
    /// <exception cref="ModelLoadException">A file that it names is missing, damaged, or none that may be read.</exception>
    public static WholeModel Read(ModelFolder folder, string name, byte[] content, long mostInContent = MostInContent)
    {
        using var files = new ExternalFiles(folder, name);
        try
        {
            IReadOnlyList<OnnxPart> parts = ExternalTensors.Replace(content, (message, tensor) => Inline(message, files.Find(tensor)));
            return files.Names.Count == 0 ? new WholeModel(content, copies: null)
                : parts.Sum(part => part.Length) <= mostInContent ? new WholeModel(Join(parts, files), copies: null)
                : CopyOrJoin(folder, name, content, parts, files);
        }
        catch (InvalidDataException)
        {
            // Damaged, or in a format of ONNX Runtime's own: it tells.
            return new WholeModel(content, copies: null);
        }
    }

    private static List<OnnxPart> Inline(ReadOnlyMemory<byte> message, OnnxPart numbers) =>
    [
        .. ProtobufField.Of(message).Where(field => !ExternalTensor.IsOfNumbers(field.Number)).Select(field => new OnnxPart(field.Whole)),
        new OnnxPart(ExternalTensors.Header(ExternalTensor.RawDataField, numbers.Length)),
        numbers,
    ];

    private static byte[] Join(IReadOnlyList<OnnxPart> parts, ExternalFiles files)
    {
        byte[] content = GC.AllocateUninitializedArray<byte>((int)parts.Sum(part => part.Length));
        int position = 0;
        foreach (OnnxPart part in parts)
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

    private static WholeModel CopyOrJoin(
        ModelFolder folder, string name, byte[] content, IReadOnlyList<OnnxPart> parts, ExternalFiles files)
    {
        try
        {
            return Copy(content, files);
        }
        catch (Exception exception) when (ModelFolder.IsOfReading(exception) && exception is not InvalidDataException)
        {
            // Protobuf's messages have no more bytes than an array.
            return parts.Sum(part => part.Length) <= Array.MaxLength
                ? new WholeModel(Join(parts, files), copies: null)
                : throw new ModelLoadException(
                    $"The weights that '{folder.PathOf(name)}' has in files of their own cannot be copied to '{Path.GetTempPath()}': {exception.Message} Weights that do not fit into one .onnx file are loaded from a copy. Make room in the folder for temporary files, or set TMPDIR (TEMP on Windows) to one with room.",
                    folder.PathOf(name),
                    exception);
        }
    }

    private static WholeModel Copy(byte[] content, ExternalFiles files)
    {
        var copies = new PrivateFolder();
        try
        {
            var names = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (string file in files.Names)
            {
                names[file] = $"{names.Count}";
                files.Copy(file, Path.Combine(copies.FullName, names[file]));
            }

            return new WholeModel(
                Join(
                    ExternalTensors.Replace(content, (message, tensor) =>
                    {
                        OnnxPart numbers = files.Find(tensor);
                        return [new OnnxPart(ExternalTensor.Refer(message, names[numbers.File!], numbers.Offset, numbers.Length))];
                    }),
                    files),
                copies);
        }
        catch
        {
            copies.Dispose();
            throw;
        }
    }
}

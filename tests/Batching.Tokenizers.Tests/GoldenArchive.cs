using System.IO.Compression;
using System.Text.Json.Nodes;

namespace Batching.Tests.Tokenization;

/// <summary>Goldens of many folders, compressed: what Hugging Face's library gives.</summary>
internal static class GoldenArchive
{
    /// <summary>The folders of an archive that have a file of a name.</summary>
    public static IReadOnlyList<string> Folders(string archive, string file)
    {
        using ZipArchive zip = Open(archive);
        return [.. zip.Entries.Where(entry => entry.Name == file).Select(entry => entry.FullName[..^(file.Length + 1)])];
    }

    /// <summary>The files of a name in all folders of an archive.</summary>
    public static IReadOnlyList<string> Texts(string archive, string file)
    {
        using ZipArchive zip = Open(archive);
        return [.. Folders(archive, file).Select(folder => System.Text.Encoding.UTF8.GetString(Read(zip, $"{folder}/{file}")!))];
    }

    /// <summary>Loads the tokenizer of a folder.</summary>
    public static SequenceTokenizer Load(string archive, string folder)
    {
        using ZipArchive zip = Open(archive);
        return SequenceTokenizer.Load(name => Read(zip, $"{folder}/{name}") is { } bytes ? new MemoryStream(bytes) : null);
    }

    /// <summary>A JSON file.</summary>
    public static JsonObject Json(string archive, string file)
    {
        using ZipArchive zip = Open(archive);
        return JsonNode.Parse(Read(zip, file)!)!.AsObject();
    }

    /// <summary>A file with a JSON object a line; none where there is no such file.</summary>
    public static List<JsonObject> Lines(string archive, string file)
    {
        using ZipArchive zip = Open(archive);
        if (Read(zip, file) is not { } bytes)
        {
            return [];
        }

        using var reader = new StreamReader(new MemoryStream(bytes));
        List<JsonObject> lines = [];
        while (reader.ReadLine() is { } line)
        {
            lines.Add(JsonNode.Parse(line)!.AsObject());
        }

        return lines;
    }

    private static ZipArchive Open(string archive) => ZipFile.OpenRead(Repository.Conformance(archive));

    private static byte[]? Read(ZipArchive zip, string name)
    {
        if (zip.GetEntry(name) is not { } entry)
        {
            return null;
        }

        using Stream stream = entry.Open();
        var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}

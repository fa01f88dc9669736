using System.IO.Compression;
using System.Xml.Linq;

namespace Batching.AotTests;

/// <summary>What is in a package.</summary>
internal sealed class PackageFile(string path) : IDisposable
{
    private readonly ZipArchive archive = ZipFile.OpenRead(path);

    public long Size { get; } = new FileInfo(path).Length;

    public HashSet<string> Entries => archive.Entries.Select(entry => entry.FullName).ToHashSet(StringComparer.Ordinal);

    public void Dispose() => archive.Dispose();

    public byte[] Read(string entry)
    {
        using Stream stream = archive.GetEntry(entry)!.Open();
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }

    /// <summary>An element of the package's metadata.</summary>
    public XElement Metadata(string name) => ReadMetadata().Elements().Single(element => element.Name.LocalName == name);

    /// <summary>The packages that come along with this one.</summary>
    public HashSet<string> Dependencies => Metadata("dependencies").Descendants()
        .Where(element => element.Name.LocalName == "dependency")
        .Select(element => element.Attribute("id")!.Value)
        .ToHashSet(StringComparer.Ordinal);

    private XElement ReadMetadata()
    {
        string nuspec = Entries.Single(entry => entry.EndsWith(".nuspec", StringComparison.Ordinal));
        using var content = new MemoryStream(Read(nuspec));
        return XDocument.Load(content).Root!.Elements().Single();
    }
}

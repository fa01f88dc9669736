using System.Text;

namespace Batching.Tests;

/// <summary>A folder for the files of one test.</summary>
internal sealed class Workspace : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("batching-");

    public string PathOf(string name) => Path.Combine(folder.FullName, name);

    /// <summary>Writes a file as UTF-8 without a byte order mark.</summary>
    public string Write(string name, string content)
    {
        File.WriteAllText(PathOf(name), content, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        return PathOf(name);
    }

    public string Read(string name) => File.ReadAllText(PathOf(name));

    public void Dispose() => folder.Delete(recursive: true);
}

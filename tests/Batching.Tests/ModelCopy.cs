namespace Batching.Tests;

/// <summary>A model's files in a folder of a test's own, to be changed.</summary>
internal sealed class ModelCopy : IDisposable
{
    private readonly DirectoryInfo parent = Directory.CreateTempSubdirectory("batching-");

    /// <param name="contract">Which small model.</param>
    /// <param name="without">Files that are left out.</param>
    public ModelCopy(string contract, params string[] without)
    {
        Folder = PathOf("model");
        Fill(Folder, contract, without);
    }

    /// <summary>The folder of the model, which has a folder of its own around it.</summary>
    public string Folder { get; }

    /// <summary>A place beside the model's folder.</summary>
    public string PathOf(string name) => Path.Combine(parent.FullName, name);

    /// <summary>A file of the model.</summary>
    public string FileOf(string name) => Path.Combine(Folder, name);

    /// <summary>Copies a small model's files into a folder.</summary>
    public static void Fill(string folder, string contract, params string[] without)
    {
        Directory.CreateDirectory(folder);
        foreach (string file in Directory.GetFiles(Repository.Contract(contract)).Where(file => !without.Contains(Path.GetFileName(file))))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        }
    }

    public void Dispose() => parent.Delete(recursive: true);
}

using System.Xml.Linq;

namespace Batching.Architecture.Tests;

/// <summary>The folder of a project that each of its types is written in. A file is named after the type that it holds.</summary>
/// <remarks>All public types share a namespace, so that the types' full names do not tell.</remarks>
internal sealed class SourceFolders
{
    private readonly ILookup<string, string> folders;

    /// <param name="project">The folder of the project.</param>
    public SourceFolders(string project) =>
        folders = LinkedFiles(project).Concat(Directory.EnumerateFiles(project, "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(project, file).Replace('\\', '/'))
            .Where(static file => !file.StartsWith("obj/", StringComparison.Ordinal) && !file.StartsWith("bin/", StringComparison.Ordinal)))
            .ToLookup(
                static file => Path.GetFileName(file).Split('.')[0],
                static file => Path.GetDirectoryName(file)!.Replace('\\', '/'),
                StringComparer.Ordinal);

    // Files of another project that are compiled into this one as well, under the names that they have here.
    private static IEnumerable<string> LinkedFiles(string project) =>
        XDocument.Load(Path.Combine(project, $"{Path.GetFileName(project)}.csproj")).Descendants("Compile")
            .Select(static item => item.Attribute("Link")?.Value)
            .OfType<string>();

    /// <summary>The folders with a file of the type's name, <c>""</c> for the project's own; none for what a compiler made.</summary>
    /// <param name="type">The type's name, as in metadata.</param>
    public IReadOnlyList<string> Of(string type) => [.. folders[type.Split('`')[0]].Distinct(StringComparer.Ordinal)];
}

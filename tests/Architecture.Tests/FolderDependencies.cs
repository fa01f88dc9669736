using Mono.Cecil;

namespace Batching.Architecture.Tests;

/// <summary>Which folder of a project uses which, and through which types.</summary>
internal static class FolderDependencies
{
    /// <summary>Every use of a type of one folder by a type of another.</summary>
    /// <param name="project">The project's name, which is its folder's and its assembly's.</param>
    public static IReadOnlyList<FolderDependency> Of(string project)
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(Repository.AssemblyOf(project));
        var folders = new SourceFolders(Repository.ProjectFolder(project));
        var dependencies = new List<FolderDependency>();
        foreach (TypeDefinition type in module.Types)
        {
            foreach (string from in folders.Of(type.Name))
            {
                foreach (TypeDefinition used in TypeReferences.Within(type))
                {
                    foreach (string to in folders.Of(used.Name).Where(to => to != from))
                    {
                        dependencies.Add(new FolderDependency(from, type.Name, to, used.Name));
                    }
                }
            }
        }

        return dependencies;
    }

    /// <summary>The types of which there is not one file, named after them.</summary>
    public static IReadOnlyList<string> TypesWithoutTheirFile(string project)
    {
        using ModuleDefinition module = ModuleDefinition.ReadModule(Repository.AssemblyOf(project));
        var folders = new SourceFolders(Repository.ProjectFolder(project));
        return
        [
            .. module.Types
                .Where(static type => type.Namespace.StartsWith("Batching", StringComparison.Ordinal) && !type.Name.Contains('<', StringComparison.Ordinal))
                .Where(type => folders.Of(type.Name).Count != 1)
                .Select(static type => type.FullName),
        ];
    }
}

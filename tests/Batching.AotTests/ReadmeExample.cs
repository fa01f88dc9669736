using System.Text;

namespace Batching.AotTests;

/// <summary>The C# example in the README of a package, and what the README says that it prints.</summary>
/// <param name="Id">The package.</param>
/// <param name="Code">The example: directives, statements, types.</param>
/// <param name="Prints">The lines that it prints; none where it runs until it is stopped.</param>
internal sealed record ReadmeExample(string Id, string Code, string[] Prints)
{
    /// <summary>A class that has the example as its method.</summary>
    public string ClassName => "Example_" + Id.Replace('.', '_');

    public bool Ends => Prints.Length > 0;

    public static ReadmeExample Of(Packages packages, string id)
    {
        using PackageFile package = packages.Open(id);
        string readme = Encoding.UTF8.GetString(package.Read("README.md"));
        return new ReadmeExample(id, Block(readme, "csharp"), Lines(Block(readme, "text")));
    }

    /// <returns>The text between a fence of this kind and the next; empty where there is none.</returns>
    public static string Block(string markdown, string kind)
    {
        string[] lines = markdown.Split('\n').Select(line => line.TrimEnd('\r')).ToArray();
        return string.Join('\n', lines.SkipWhile(line => line != $"```{kind}").Skip(1).TakeWhile(line => line != "```"));
    }

    /// <returns>The example as a file of a program that has other examples as well.</returns>
    public string ToFile()
    {
        string[] lines = Code.Split('\n');
        string[] directives = lines.TakeWhile(line => line.Length == 0 || line.StartsWith("using ", StringComparison.Ordinal) && line.EndsWith(';') && !line.Contains('=', StringComparison.Ordinal)).ToArray();
        string[] statements = lines.Skip(directives.Length).TakeWhile(line => !line.StartsWith("sealed class ", StringComparison.Ordinal)).ToArray();
        return $$"""
            {{string.Join('\n', directives)}}
            internal static class {{ClassName}}
            {
                public static async Task RunAsync(string[] args)
                {
                    await Task.CompletedTask;
                    {{string.Join('\n', statements)}}
                }
            }
            {{string.Join('\n', lines.Skip(directives.Length + statements.Length))}}
            """;
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}

using Xunit;

namespace Batching.AotTests;

/// <summary>The examples in the packages' READMEs compile against the packages, and print what is said of them.</summary>
[Collection<SharedPackages>]
public sealed class ReadmeTests(Packages packages)
{
    [Fact]
    public async Task Examples_print_what_the_readmes_say()
    {
        ReadmeExample[] examples = [.. Packages.Libraries.Select(id => ReadmeExample.Of(packages, id))];
        Assert.All(examples, example => Assert.NotEmpty(example.Code));

        // The one of ASP.NET Core serves until it is stopped: it compiles, and WebTests run such an app.
        Assert.Equal(["Batching.AspNetCore"], examples.Where(example => !example.Ends).Select(example => example.Id));

        string program = string.Join('\n', examples.Where(example => example.Ends).Select(example =>
            $"""
            Console.WriteLine("# {example.Id}");
            await {example.ClassName}.RunAsync(args);
            """));
        FreshApp app = await FreshApp.WriteAsync(packages, "Examples", "Microsoft.NET.Sdk.Web", program, Packages.Libraries);
        foreach (ReadmeExample example in examples)
        {
            await app.WriteAsync($"{example.ClassName}.cs", example.ToFile());
        }

        await app.WriteAsync("reviews.csv", "id,text\n1,I love this\n2,I hate this so much!\n");
        CopyModel(Path.Combine(app.Folder, "my-model"));

        Dictionary<string, string[]> printed = (await app.RunAsync()).Split("# ", StringSplitOptions.RemoveEmptyEntries)
            .Select(part => part.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(lines => lines[0], lines => lines[1..], StringComparer.Ordinal);
        Assert.All(
            examples.Where(example => example.Ends),
            example => Assert.Equal(example.Prints, printed[example.Id].Where(line => example.Id != "Batching.Hosting" || example.Prints.Contains(line))));
    }

    private static void CopyModel(string folder)
    {
        foreach (string file in Directory.GetFiles(Repository.DefaultModel, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(folder, Path.GetRelativePath(Repository.DefaultModel, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}

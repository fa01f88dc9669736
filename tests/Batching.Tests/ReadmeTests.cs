using System.Text.RegularExpressions;
using Xunit;

namespace Batching.Tests;

/// <summary>The README and the site say nothing that was not compiled and run, and link to nothing that is not there.</summary>
public sealed partial class ReadmeTests
{
    [Theory]
    [InlineData("README.md", 4)]
    [InlineData("docs/index.md", 1)]
    public void Every_line_of_its_code_is_in_a_sample(string document, int leastSnippets)
    {
        HashSet<string> compiled = [.. Directory
            .EnumerateFiles(Path.Combine(Repository.Root, "samples"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(File.ReadLines)
            .Select(line => line.Trim())];
        int snippets = 0;
        bool isCode = false;
        foreach (string line in File.ReadLines(Path.Combine(Repository.Root, document)))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                isCode = line == "```csharp";
                snippets += isCode ? 1 : 0;
            }
            else if (isCode)
            {
                Assert.Contains(line.Trim(), compiled);
            }
        }

        Assert.True(snippets >= leastSnippets);
    }

    [Fact]
    public void Every_file_that_it_links_to_exists()
    {
        string[] documents =
        [
            .. Directory.EnumerateFiles(Repository.Root, "*.md"),
            .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md"),
            .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "samples"), "*.md", SearchOption.AllDirectories),
        ];
        Assert.True(documents.Length > 8);
        foreach (string document in documents)
        {
            string text = File.ReadAllText(document);
            foreach (Match link in RelativeLink().Matches(text))
            {
                string target = Path.Combine(Path.GetDirectoryName(document)!, link.Groups["path"].Value);
                Assert.True(Path.Exists(target), $"{document} links to {link.Groups["path"].Value}");
            }
        }
    }

    [Fact]
    public void Every_package_that_is_used_is_among_the_notices_of_third_parties()
    {
        string notices = File.ReadAllText(Path.Combine(Repository.Root, "THIRD-PARTY-NOTICES.md"));
        string[] packages = [.. Directory
            .EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .SelectMany(file => PackageReference().Matches(File.ReadAllText(file)))
            .Where(reference => !reference.Value.Contains("PrivateAssets", StringComparison.Ordinal))
            .Select(reference => reference.Groups["name"].Value)];
        Assert.True(packages.Length > 8);
        Assert.All(packages, package => Assert.Contains(package == "Microsoft.ML.OnnxRuntime.Managed" ? "Microsoft.ML.OnnxRuntime, .Managed" : package, notices, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"<PackageReference Include=""(?<name>[^""]+)""[^>]*>", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PackageReference();

    [GeneratedRegex(@"\]\((?!https?:|#)(?<path>[^)#]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RelativeLink();
}

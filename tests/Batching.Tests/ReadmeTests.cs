using System.Text.RegularExpressions;
using Xunit;

namespace Batching.Tests;

/// <summary>The README says nothing that was not compiled and run.</summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public void Every_line_of_its_code_is_in_a_sample()
    {
        HashSet<string> compiled = [.. Directory
            .EnumerateFiles(Path.Combine(Repository.Root, "samples"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(File.ReadLines)
            .Select(line => line.Trim())];
        int snippets = 0;
        bool isCode = false;
        foreach (string line in File.ReadLines(Path.Combine(Repository.Root, "README.md")))
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

        Assert.True(snippets >= 4);
    }

    [Fact]
    public void Every_file_that_it_links_to_exists()
    {
        foreach (string document in new[] { "README.md", "CHANGELOG.md", "docs/architecture.md", "docs/benchmarks.md", "docs/command-line.md", "docs/server.md", "samples/Classify/README.md" })
        {
            string text = File.ReadAllText(Path.Combine(Repository.Root, document));
            foreach (Match link in RelativeLink().Matches(text))
            {
                string target = Path.Combine(Repository.Root, Path.GetDirectoryName(document)!, link.Groups["path"].Value);
                Assert.True(Path.Exists(target), $"{document} links to {link.Groups["path"].Value}");
            }
        }
    }

    [GeneratedRegex(@"\]\((?!https?:|#)(?<path>[^)#]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RelativeLink();
}

using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using Xunit;

namespace Batching.AotTests;

/// <summary>What the packages hold.</summary>
[Collection<SharedPackages>]
public sealed class PackageTests(Packages packages)
{
    public static TheoryData<string> Ids => ["Batching.Abstractions", "Batching.Tokenizers", "Batching", "Batching.Sst2", "Batching.Hosting", "Batching.AspNetCore", "Batching.Rows"];

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_package_explains_itself(string id)
    {
        using PackageFile package = packages.Open(id);
        Assert.Equal("README.md", package.Metadata("readme").Value);
        Assert.Contains("Sst2.Load()", Encoding.UTF8.GetString(package.Read("README.md")), StringComparison.Ordinal);
        Assert.Contains($"lib/net10.0/{id}.dll", package.Entries);
        Assert.Contains($"<name>{id}</name>", Encoding.UTF8.GetString(package.Read($"lib/net10.0/{id}.xml")), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_package_says_under_which_licence_and_from_which_commit_it_is(string id)
    {
        using PackageFile package = packages.Open(id);
        Assert.Equal("Apache-2.0", package.Metadata("license").Value);
        Assert.Equal("expression", package.Metadata("license").Attribute("type")?.Value);
        Assert.Equal("git", package.Metadata("repository").Attribute("type")?.Value);
        Assert.Matches("^[0-9a-f]{40}$", package.Metadata("repository").Attribute("commit")?.Value);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_package_does_not_say_where_it_was_built(string id)
    {
        using PackageFile package = packages.Open(id);
        using var assembly = new PEReader(ImmutableArray.Create(package.Read($"lib/net10.0/{id}.dll")));
        ImmutableArray<DebugDirectoryEntry> entries = assembly.ReadDebugDirectory();
        Assert.Contains(entries, entry => entry.Type == DebugDirectoryEntryType.Reproducible);
        DebugDirectoryEntry link = entries.Single(entry => entry.Type == DebugDirectoryEntryType.CodeView);
        Assert.StartsWith("/_/", assembly.ReadCodeViewDebugDirectoryData(link).Path, StringComparison.Ordinal);

        using PackageFile symbols = packages.Open(id, "snupkg");
        using var provider = MetadataReaderProvider.FromPortablePdbImage(ImmutableArray.Create(symbols.Read($"lib/net10.0/{id}.pdb")));
        MetadataReader pdb = provider.GetMetadataReader();
        Assert.NotEmpty(pdb.Documents);
        Assert.All(
            pdb.Documents.Select(document => pdb.GetString(pdb.GetDocument(document).Name)),
            document => Assert.StartsWith("/_/", document, StringComparison.Ordinal));
    }

    [Fact]
    public void The_package_with_the_model_is_a_small_download()
    {
        using PackageFile package = packages.Open("Batching.Sst2");
        Assert.InRange(package.Size, 1, 25_000_000);
    }

    [Fact]
    public void The_core_leaves_the_choice_of_the_native_library_to_the_app()
    {
        using PackageFile package = packages.Open("Batching");
        Assert.Contains("Microsoft.ML.OnnxRuntime.Managed", package.Dependencies);
        Assert.DoesNotContain("Microsoft.ML.OnnxRuntime", package.Dependencies);
    }

    [Fact]
    public void Hosting_needs_abstractions_and_no_web_server()
    {
        using PackageFile package = packages.Open("Batching.Hosting");
        Assert.Contains("Batching", package.Dependencies);
        Assert.Contains("Microsoft.Extensions.Hosting.Abstractions", package.Dependencies);
        Assert.DoesNotContain("Microsoft.ML.OnnxRuntime", package.Dependencies);
        Assert.DoesNotContain(package.Dependencies, id => id.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
    }

    [Fact]
    public void The_endpoints_bring_hosting_and_no_model()
    {
        using PackageFile package = packages.Open("Batching.AspNetCore");
        Assert.Contains("Batching.Hosting", package.Dependencies);
        Assert.DoesNotContain("Batching.Sst2", package.Dependencies);
        Assert.DoesNotContain("Microsoft.ML.OnnxRuntime", package.Dependencies);
    }

    [Fact]
    public void The_package_with_the_model_brings_all_that_it_needs()
    {
        using PackageFile package = packages.Open("Batching.Sst2");
        Assert.Contains("Batching", package.Dependencies);
        Assert.Contains("Microsoft.ML.OnnxRuntime", package.Dependencies);
    }

    [Fact]
    public void Rows_need_no_console()
    {
        using PackageFile package = packages.Open("Batching.Rows");
        Assert.Contains("Batching", package.Dependencies);
        Assert.Contains("Parquet.Net", package.Dependencies);
        Assert.DoesNotContain(package.Dependencies, id => id is "System.CommandLine" or "Spectre.Console" or "Microsoft.ML.OnnxRuntime");
    }

    [Fact]
    public void The_command_line_is_a_tool_that_explains_itself()
    {
        using PackageFile package = packages.Open("Batching.Cli");
        Assert.Equal("README.md", package.Metadata("readme").Value);
        Assert.Equal("Apache-2.0", package.Metadata("license").Value);
        Assert.Equal("DotnetTool", package.Metadata("packageTypes").Elements().Single().Attribute("name")?.Value);
        Assert.Contains("tools/net10.0/any/Batching.Cli.dll", package.Entries);
    }
}

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
    private static readonly Guid EmbeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");

    public static TheoryData<string> All => [.. Packages.Ids];

    public static TheoryData<string> Libraries => [.. Packages.Libraries];

    /// <summary>The packages with an assembly of their own, and the folder of it in the package.</summary>
    public static TheoryData<string, string> Assemblies
    {
        get
        {
            var assemblies = new TheoryData<string, string> { { Packages.ToolHere, Packages.ToolFolder } };
            foreach (string id in Packages.Libraries)
            {
                assemblies.Add(id, "lib/net10.0");
            }

            return assemblies;
        }
    }

    [Fact]
    public void Every_project_of_the_sources_is_packed()
    {
        string[] projects = Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Select(folder => Path.GetFileName(folder)!).ToArray();
        Assert.Equal(projects.Order(StringComparer.Ordinal), Packages.Ids.Except([Packages.ToolHere]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_package_explains_itself(string id)
    {
        using PackageFile package = packages.Open(id);
        string project = id == Packages.ToolHere ? Packages.Tool : id;
        Assert.Equal("README.md", package.Metadata("readme").Value);
        string readme = Encoding.UTF8.GetString(package.Read("README.md"));
        Assert.StartsWith($"# {project}\n", readme.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.InRange(readme.Length, 500, 3000);
        Assert.All(
            Packages.Ids.Except([Packages.ToolHere, project]),
            sibling => Assert.Contains($"\n- `{sibling}`: ", readme.ReplaceLineEndings("\n"), StringComparison.Ordinal));
        Assert.NotEmpty(ReadmeExample.Block(readme, project == Packages.Tool ? "sh" : "csharp"));

        Assert.InRange(package.Metadata("description").Value.Length, 60, 400);
        Assert.Equal("The Batching authors", package.Metadata("authors").Value);
        string[] tags = package.Metadata("tags").Value.Split(' ');
        Assert.Contains("batching", tags);
        Assert.Equal(tags.Distinct(StringComparer.Ordinal), tags);
        Assert.InRange(tags.Length, 5, 20);
    }

    [Fact]
    public void Each_package_has_a_description_of_its_own()
    {
        string[] descriptions = Packages.Ids.Except([Packages.ToolHere]).Select(id =>
        {
            using PackageFile package = packages.Open(id);
            return package.Metadata("description").Value;
        }).ToArray();
        Assert.Equal(descriptions.Distinct(StringComparer.Ordinal), descriptions);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_package_has_an_icon(string id)
    {
        using PackageFile package = packages.Open(id);
        byte[] icon = package.Read(package.Metadata("icon").Value);
        Assert.Equal([0x89, .. "PNG\r\n"u8, 0x1A, (byte)'\n'], icon[..8]);
        Assert.InRange(icon.Length, 100, 100_000);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_package_says_under_which_licence_and_from_which_commit_it_is(string id)
    {
        using PackageFile package = packages.Open(id);
        Assert.Equal("Apache-2.0", package.Metadata("license").Value);
        Assert.Equal("expression", package.Metadata("license").Attribute("type")?.Value);
        Assert.Equal("git", package.Metadata("repository").Attribute("type")?.Value);
        Assert.Matches("^[0-9a-f]{40}$", package.Metadata("repository").Attribute("commit")?.Value);
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void A_package_does_not_say_where_it_was_built_and_its_symbols_hold_the_sources(string id, string folder)
    {
        string name = id == Packages.ToolHere ? Packages.Tool : id;
        using PackageFile package = packages.Open(id);
        using var assembly = new PEReader(ImmutableArray.Create(package.Read($"{folder}/{name}.dll")));
        ImmutableArray<DebugDirectoryEntry> entries = assembly.ReadDebugDirectory();
        Assert.Contains(entries, entry => entry.Type == DebugDirectoryEntryType.Reproducible);
        DebugDirectoryEntry link = entries.Single(entry => entry.Type == DebugDirectoryEntryType.CodeView);
        Assert.StartsWith("/_/", assembly.ReadCodeViewDebugDirectoryData(link).Path, StringComparison.Ordinal);

        using PackageFile symbols = packages.Open(id, "snupkg");
        using var provider = MetadataReaderProvider.FromPortablePdbImage(ImmutableArray.Create(symbols.Read($"{folder}/{name}.pdb")));
        MetadataReader pdb = provider.GetMetadataReader();
        Assert.NotEmpty(pdb.Documents);
        Assert.All(pdb.Documents, document =>
        {
            string path = pdb.GetString(pdb.GetDocument(document).Name);
            Assert.StartsWith("/_/", path, StringComparison.Ordinal);
            Assert.True(
                pdb.GetCustomDebugInformation(document).Any(information => pdb.GetGuid(pdb.GetCustomDebugInformation(information).Kind) == EmbeddedSource),
                $"{path} is not in the symbols.");
        });
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Every_public_type_of_a_package_is_documented_and_guarded(string id)
    {
        using PackageFile package = packages.Open(id);
        string documentation = Encoding.UTF8.GetString(package.Read($"lib/net10.0/{id}.xml"));
        HashSet<string> guarded = Directory.GetFiles(Path.Combine(Repository.Root, "src", id), "PublicAPI.*.txt")
            .SelectMany(File.ReadLines)
            .ToHashSet(StringComparer.Ordinal);

        using var assembly = new PEReader(ImmutableArray.Create(package.Read($"lib/net10.0/{id}.dll")));
        MetadataReader metadata = assembly.GetMetadataReader();
        string[] types = metadata.TypeDefinitions.Select(metadata.GetTypeDefinition)
            .Where(type => type.Attributes.HasFlag(System.Reflection.TypeAttributes.Public) && !type.IsNested)
            .Select(type => $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}")
            .ToArray();
        Assert.NotEmpty(types);
        Assert.All(types, type =>
        {
            Assert.Contains($"<member name=\"T:{type}\">", documentation, StringComparison.Ordinal);
            Assert.Contains(type, guarded);
        });
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
    public void Abstractions_need_nothing_and_tokenizers_no_model()
    {
        using PackageFile abstractions = packages.Open("Batching.Abstractions");
        Assert.Empty(abstractions.Dependencies);
        using PackageFile tokenizers = packages.Open("Batching.Tokenizers");
        Assert.Contains("Microsoft.ML.Tokenizers", tokenizers.Dependencies);
        Assert.DoesNotContain(tokenizers.Dependencies, id => id == "Batching" || id.StartsWith("Microsoft.ML.OnnxRuntime", StringComparison.Ordinal));
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
    public void The_command_line_is_a_tool_with_the_native_libraries_of_one_system()
    {
        using PackageFile tool = packages.Open(Packages.Tool);
        Assert.Equal("DotnetTool", tool.Metadata("packageTypes").Elements().Single().Attribute("name")?.Value);
        Assert.DoesNotContain(tool.Entries, entry => entry.EndsWith(".dll", StringComparison.Ordinal));
        Assert.Contains(
            $"Id=\"{Packages.ToolHere}\"", Encoding.UTF8.GetString(tool.Read("tools/any/any/DotnetToolSettings.xml")), StringComparison.Ordinal);

        using PackageFile here = packages.Open(Packages.ToolHere);
        Assert.Equal("DotnetToolRidPackage", here.Metadata("packageTypes").Elements().Single().Attribute("name")?.Value);
        Assert.Contains($"{Packages.ToolFolder}/Batching.Cli.dll", here.Entries);
        Assert.Single(here.Entries, entry => Path.GetFileNameWithoutExtension(entry) is "libonnxruntime" or "onnxruntime");
        Assert.DoesNotContain(here.Entries, entry => entry.StartsWith($"{Packages.ToolFolder}/runtimes/", StringComparison.Ordinal));
        Assert.InRange(here.Size, 1, 45_000_000);
    }
}

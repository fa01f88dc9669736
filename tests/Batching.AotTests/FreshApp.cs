using Xunit;

namespace Batching.AotTests;

/// <summary>A new app that adds packages, as in the first minute with them.</summary>
internal sealed class FreshApp
{
    private readonly string name;

    private FreshApp(string folder)
    {
        Folder = folder;
        name = Path.GetFileName(folder);
        Directory.CreateDirectory(folder);
    }

    public string Folder { get; }

    /// <summary>A console app, by the commands that a README tells.</summary>
    public static async Task<FreshApp> CreateAsync(Packages packages, string name, string package, string program)
    {
        var app = new FreshApp(Path.Combine(packages.Folder, name));
        await ChildProcess.RunAsync(packages.Folder, "dotnet", "new", "console", "--framework", "net10.0", "--output", app.Folder, "--no-restore");
        await app.WriteAsync("Program.cs", program);
        await ChildProcess.RunAsync(app.Folder, "dotnet", "add", "package", package, "--version", packages.Version, "--no-restore");
        return app;
    }

    /// <summary>An app whose project file is written here: what the commands would write, without their time.</summary>
    /// <param name="packages">The feed.</param>
    /// <param name="name">The app's name.</param>
    /// <param name="sdk"><c>Microsoft.NET.Sdk</c>, or <c>Microsoft.NET.Sdk.Web</c>.</param>
    /// <param name="program">The text of <c>Program.cs</c>.</param>
    /// <param name="ids">The packages that it adds.</param>
    public static async Task<FreshApp> WriteAsync(Packages packages, string name, string sdk, string program, params string[] ids)
    {
        var app = new FreshApp(Path.Combine(packages.Folder, name));
        IEnumerable<string> references = ids.Select(id => $"""<PackageReference Include="{id}" Version="{packages.Version}" />""");
        await app.WriteAsync(
            $"{name}.csproj",
            $"""
            <Project Sdk="{sdk}">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
              </PropertyGroup>
              <ItemGroup>
                {string.Join("\n    ", references)}
              </ItemGroup>
            </Project>
            """);
        await app.WriteAsync("Program.cs", program);
        return app;
    }

    /// <summary>Writes another of its files.</summary>
    public Task WriteAsync(string file, string content) =>
        File.WriteAllTextAsync(Path.Combine(Folder, file), content, TestContext.Current.CancellationToken);

    /// <returns>What the app wrote, and nothing besides.</returns>
    public Task<string> RunAsync() => ChildProcess.RunAsync(Folder, "dotnet", "run", "--no-launch-profile", "--configuration", "Release");

    /// <summary>Publishes the app, apart from how it is published elsewhere.</summary>
    /// <param name="variant">A name for this way to publish.</param>
    /// <param name="settings">Properties, as <c>name=value</c>.</param>
    /// <returns>The executable.</returns>
    public async Task<string> PublishAsync(string variant, params string[] settings)
    {
        string output = $"{Folder}-{variant}";
        string[] command = ["publish", "--configuration", "Release", "--output", output, "--artifacts-path", $"{output}-artifacts", "-nodeReuse:false"];
        await ChildProcess.RunAsync(Folder, "dotnet", [.. command, .. settings.Select(setting => $"-p:{setting}")]);
        return Path.Combine(output, OperatingSystem.IsWindows() ? $"{name}.exe" : name);
    }

    /// <summary>Publishes the app as a native program. Every warning fails, whether it is about Batching or about what Batching stands on.</summary>
    /// <returns>The executable.</returns>
    public Task<string> PublishNativeAsync() => PublishAsync(
        "native",
        "PublishAot=true",
        "SuppressTrimAnalysisWarnings=false",
        "TrimmerSingleWarn=false",
        "TreatWarningsAsErrors=true",
        "InvariantGlobalization=true",
        // Nobody debugs it.
        "NativeDebugSymbols=false");
}

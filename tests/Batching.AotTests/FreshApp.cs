using Xunit;

namespace Batching.AotTests;

/// <summary>A new app that adds a package, as in the first minute with it.</summary>
internal sealed class FreshApp
{
    private readonly string name;

    private FreshApp(string folder)
    {
        Folder = folder;
        name = Path.GetFileName(folder);
    }

    public string Folder { get; }

    public static async Task<FreshApp> CreateAsync(Packages packages, string name, string package, string program, string template = "console")
    {
        var app = new FreshApp(Path.Combine(packages.Folder, name));
        await ChildProcess.RunAsync(
            packages.Folder, "dotnet", "new", template, "--framework", "net10.0", "--output", app.Folder, "--no-restore");
        await File.WriteAllTextAsync(Path.Combine(app.Folder, "Program.cs"), program, TestContext.Current.CancellationToken);
        await app.AddAsync(package, packages.Version);
        return app;
    }

    /// <summary>Adds another package.</summary>
    public Task AddAsync(string package, string version) =>
        ChildProcess.RunAsync(Folder, "dotnet", "add", "package", package, "--version", version);

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
}

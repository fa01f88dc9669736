using Xunit;

namespace Batching.AotTests;

/// <summary>An app that adds the package <c>Batching</c> and no native library, and writes why its model does not load.</summary>
public sealed class CoreOnlyApp(Packages packages) : IAsyncLifetime
{
    private const string Program =
        """
        using Batching;

        try
        {
            SequenceClassifier.Load(args[0]).Dispose();
        }
        catch (ModelLoadException exception)
        {
            Console.WriteLine(exception.Message);
        }
        """;

    /// <summary>The published app.</summary>
    public string Executable { get; private set; } = "";

    public string Folder => Path.GetDirectoryName(Executable)!;

    public async ValueTask InitializeAsync()
    {
        FreshApp app = await FreshApp.WriteAsync(packages, "CoreOnly", "Microsoft.NET.Sdk", Program, "Batching");
        Executable = await app.PublishAsync("published");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

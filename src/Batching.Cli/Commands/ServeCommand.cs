using System.CommandLine;

namespace Batching.Cli.Commands;

/// <summary>The server of Batching.AspNetCore. Its options are its own, those of the server it can stand in for among them.</summary>
internal static class ServeCommand
{
    private const string Name = "serve";

    /// <summary>For the list of commands.</summary>
    public static Command Create() => new(
        Name, $"Serves labels over HTTP, for clients of text-embeddings-inference and of Hugging Face's inference API. '{Name} --help' shows its options.");

    /// <summary>Whether a command line is for the server, which reads the rest of it.</summary>
    public static bool Takes(string[] args) => args is [Name, ..];

    /// <returns>The exit code of the server.</returns>
    public static Task<int> RunAsync(string[] args) => ClassifierServer.RunAsync(args[1..], new ClassifierServerProgram
    {
        Command = $"batching {Name}",
        LoadDefaultModel = Sst2.Load,
        DefaultModelId = "distilbert-l6-h384-uncased-sst2",
        DefaultModelDtype = "int8",
    });
}

namespace Batching.Tests;

/// <summary>The folder of the course's own model, if this machine has it.</summary>
internal static class GenuineModel
{
    public const string Variable = "BATCHING_GENUINE_MODEL";
    public const string Repository = "distilbert/distilbert-base-uncased-finetuned-sst-2-english";

    // The repository had no organization once, and answers to its old name.
    private static readonly string[] CacheFolders = [$"models--{Repository.Replace("/", "--", StringComparison.Ordinal)}", $"models--{Repository.Split('/')[1]}"];

    /// <summary>What is said where it is not there.</summary>
    public static string Missing { get; } =
        $"The genuine model is not part of the repository. Download {Repository} from Hugging Face, with onnx/model.onnx, into its usual cache, or set {Variable} to its folder.";

    /// <param name="variable">Reads an environment variable.</param>
    /// <returns>The folder that the variable names, or a snapshot in the cache of Hugging Face; null where there is neither.</returns>
    public static string? Find(Func<string, string?> variable)
    {
        if (variable(Variable) is { Length: > 0 } folder)
        {
            return folder;
        }

        using var hub = new ModelHub(new ModelHubOptions { Offline = true }, variable);
        return CacheFolders
            .Select(name => Path.Combine(hub.CacheFolder, name, "snapshots"))
            .Where(Directory.Exists)
            .SelectMany(Directory.EnumerateDirectories)
            .FirstOrDefault(snapshot => Has(snapshot, "config.json") && Has(snapshot, "onnx/model.onnx") && (Has(snapshot, "tokenizer.json") || Has(snapshot, "vocab.txt")));
    }

    private static bool Has(string snapshot, string name) => File.Exists(Path.Combine(snapshot, name));
}

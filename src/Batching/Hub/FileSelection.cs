using Batching.Folders;

namespace Batching.Hub;

/// <summary>Which of a repository's files a classifier is made of.</summary>
/// <param name="Model">The .onnx file; null where there is none of the precision.</param>
/// <param name="Tokenizer">The tokenizer's own files; none where there is no tokenizer.</param>
/// <param name="Others">Everything else that is there: weights beside the .onnx file, and what both are configured by.</param>
internal sealed record FileSelection(string? Model, IReadOnlyList<string> Tokenizer, IReadOnlyList<string> Others)
{
    private const int MostWeightsFiles = 1000;

    private static readonly string[] Configurations = [ModelConfig.FileName, .. TokenizerFiles.Configurations];

    public IEnumerable<string> Files => [.. Others, .. Tokenizer, .. Model is null ? Array.Empty<string>() : [Model]];

    /// <param name="contains">Whether there is a file of a name.</param>
    /// <param name="choice">Which .onnx file.</param>
    public static FileSelection From(Func<string, bool> contains, OnnxFileChoice choice)
    {
        string? model = OnnxFile.Candidates(choice).FirstOrDefault(contains);
        return new FileSelection(
            model,
            TokenizerFiles.Select(contains),
            [.. Configurations.Where(contains), .. model is null ? [] : WeightsOf(model, contains)]);
    }

    // Weights of more than 2 GB are cut into several files, of which the second ends in _1.
    private static IEnumerable<string> WeightsOf(string model, Func<string, bool> contains) =>
        OnnxFile.WeightsOf(model).Where(contains).SelectMany(first =>
            Enumerable.Range(1, MostWeightsFiles).Select(number => $"{first}_{number}").TakeWhile(contains).Prepend(first));
}

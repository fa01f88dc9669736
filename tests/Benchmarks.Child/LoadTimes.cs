using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace Batching.Benchmarks.Child;

/// <summary>What loading takes, part by part, in a process that has loaded nothing yet.</summary>
internal static class LoadTimes
{
    public static void Print(string modelFolder, string modelFile)
    {
        double tokenizer = MillisecondsOf(() => SequenceTokenizer.Load(modelFolder));

        // A bare session comes first, so that it pays for loading the native library, and the model only for what it adds.
        double session = MillisecondsOf(() => new InferenceSession(Path.Combine(modelFolder, modelFile)).Dispose());
        double model = MillisecondsOf(() => SequenceModel.Load(modelFolder, new SequenceModelOptions { ModelFile = modelFile }).Dispose());
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{{\"tokenizer\": {tokenizer}, \"session\": {session}, \"model\": {model}}}"));
    }

    private static double MillisecondsOf(Action action)
    {
        var watch = Stopwatch.StartNew();
        action();
        return watch.Elapsed.TotalMilliseconds;
    }
}

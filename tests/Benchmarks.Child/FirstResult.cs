using Microsoft.ML.OnnxRuntime;

namespace Batching.Benchmarks.Child;

/// <summary>The shortest way from nothing to a first result.</summary>
internal static class FirstResult
{
    public static void OfLibrary(string text)
    {
        using SequenceClassifier classifier = Sst2.Load();
        Console.WriteLine($"{{\"label\": \"{classifier.Classify(text).Label}\"}}");
    }

    public static void OfBareSession(string modelFile, long[] ids)
    {
        using var session = new InferenceSession(modelFile);
        using var runOptions = new RunOptions();
        long[] mask = [.. ids.Select(_ => 1L)];
        using var inputIds = OrtValue.CreateTensorValueFromMemory(ids, [1, ids.Length]);
        using var attentionMask = OrtValue.CreateTensorValueFromMemory(mask, [1, ids.Length]);
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(
            runOptions, ["input_ids", "attention_mask"], [inputIds, attentionMask], ["logits"]);
        ReadOnlySpan<float> logits = outputs[0].GetTensorDataAsSpan<float>();
        Console.WriteLine($"{{\"label\": \"{(logits[1] > logits[0] ? "POSITIVE" : "NEGATIVE")}\"}}");
    }
}

using Batching;

namespace Quickstart;

/// <summary>A model from a folder, as Hugging Face lays it out.</summary>
internal static class OwnModel
{
    public static void Run(string folder, string text)
    {
        using var classifier = SequenceClassifier.Load(folder, new SequenceClassifierOptions { MaxLength = 128 });
        foreach ((string label, float score) in classifier.Labels.Zip(classifier.Classify(text).Scores.ToArray()))
        {
            Console.WriteLine($"{label} {score:0.0000}");
        }
    }
}

using Batching;

namespace Quickstart;

/// <summary>Many texts in one call: sorted by length, batched, run on all cores, and given back in order.</summary>
internal static class ManyTexts
{
    public static void Run(SequenceClassifier classifier)
    {
        string[] reviews =
        [
            "I love this movie and would watch it again tomorrow.",
            "I hate this so much!",
            "A charming and often affecting journey, held together by a director who trusts his actors.",
            "Too long.",
        ];
        foreach ((string review, Classification result) in reviews.Zip(classifier.Classify(reviews)))
        {
            Console.WriteLine($"{result}  {result.TokenCount,2} tokens  {review}");
        }
    }
}

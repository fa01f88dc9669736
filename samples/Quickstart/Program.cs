using Batching;

using var classifier = Sst2.Load();
var result = classifier.Classify("I've been waiting for this my whole life.");
Console.WriteLine(result);

string[] reviews =
[
    "I love this movie and would watch it again tomorrow.",
    "I hate this so much!",
    "A charming and often affecting journey, held together by a director who trusts his actors and his audience alike.",
    "Too long.",
];
foreach (var (review, classification) in reviews.Zip(classifier.Classify(reviews)))
{
    Console.WriteLine($"{classification}  {classification.TokenCount,2} tokens  {review}");
}

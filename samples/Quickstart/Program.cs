using Batching;
using Quickstart;

using var classifier = Sst2.Load();
var result = classifier.Classify("I've been waiting for this my whole life.");
Console.WriteLine($"{result.Label} {result.Score:0.0000}");

Console.WriteLine();
ManyTexts.Run(classifier);

Console.WriteLine();
StepByStep.Run();

using Batching;
using Quickstart;

// dotnet run -c Release --project samples/Quickstart [folder of a model of your own] [text]
if (args is [var folder, ..])
{
    OwnModel.Run(folder, args.ElementAtOrDefault(1) ?? "I've been waiting for this my whole life.");
    return;
}

using var classifier = Sst2.Load();
var result = classifier.Classify("I've been waiting for this my whole life.");
Console.WriteLine($"{result.Label} {result.Score:0.0000}");

Console.WriteLine();
ManyTexts.Run(classifier);

Console.WriteLine();
await TextStream.RunAsync(classifier);

Console.WriteLine();
StepByStep.Run();

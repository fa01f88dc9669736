using Batching;
using Quickstart;

// dotnet run -c Release --project samples/Quickstart [hub | folder of a model of your own] [text]
const string Text = "I've been waiting for this my whole life.";
if (args is ["hub", ..])
{
    await FromHub.RunAsync(args.ElementAtOrDefault(1) ?? Text);
    return;
}

if (args is [var folder, ..])
{
    OwnModel.Run(folder, args.ElementAtOrDefault(1) ?? Text);
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
await ManyCallers.RunAsync(classifier);

Console.WriteLine();
StepByStep.Run();

using Batching.Benchmarks.Child;

// Started by the benchmarks as a process of its own, because what is measured begins with the process or is the process's.
// Each case is a method of another type, so that nothing is loaded that the case does not need.
switch (args)
{
    case ["runtime"]:
        Console.WriteLine("{}");
        break;
    case ["library", var text]:
        FirstResult.OfLibrary(text);
        break;
    case ["bare", var modelFile, .. var ids]:
        FirstResult.OfBareSession(modelFile, [.. ids.Select(long.Parse)]);
        break;
    case ["parts", var modelFolder, var modelFile]:
        LoadTimes.Print(modelFolder, modelFile);
        break;
    case ["memory", var modelFolder, var batches]:
        ResidentMemory.Print(modelFolder, int.Parse(batches, System.Globalization.CultureInfo.InvariantCulture));
        break;
    default:
        Console.Error.WriteLine("Say what to do: runtime, library, bare, parts or memory.");
        return 1;
}

return 0;

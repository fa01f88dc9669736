using Batching.Benchmarks;
using BenchmarkDotNet.Running;

// dotnet run -c Release --project tests/Benchmarks -- conformance
// dotnet run -c Release --project tests/Benchmarks -- --filter '*' [--sentences FILE]
if (args is ["conformance"])
{
    Conformance.Print();
    return;
}

int file = Array.IndexOf(args, "--sentences");
if (file >= 0 && file + 1 < args.Length)
{
    // The processes that BenchmarkDotNet starts find the file by this.
    Environment.SetEnvironmentVariable(Workload.Variable, Path.GetFullPath(args[file + 1]));
    args = [.. args.Take(file), .. args.Skip(file + 2)];
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);

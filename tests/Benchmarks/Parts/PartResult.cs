using System.Reflection;

namespace Batching.Benchmarks.Parts;

/// <summary>What BenchmarkDotNet measured of one method.</summary>
internal sealed record PartResult(string Name, MethodInfo Method, double Nanoseconds, long Bytes);

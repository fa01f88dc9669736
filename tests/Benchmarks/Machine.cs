using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Microsoft.ML.OnnxRuntime;

namespace Batching.Benchmarks;

/// <summary>What everything was measured on.</summary>
internal static class Machine
{
    public static string Description => string.Create(
        CultureInfo.InvariantCulture,
        $"{Environment.ProcessorCount} cores of {Processor()} ({string.Join(", ", InstructionSets())}), {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}, ONNX Runtime {OrtEnv.Instance().GetVersionString()}, on {DateTime.UtcNow:yyyy-MM-dd}");

    private static string Processor()
    {
        const string CpuInfo = "/proc/cpuinfo";
        string? line = File.Exists(CpuInfo)
            ? File.ReadLines(CpuInfo).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
            ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
            ?? $"an {RuntimeInformation.ProcessArchitecture} processor";
    }

    // Those that ONNX Runtime's kernels for matrices differ by.
    private static IEnumerable<string> InstructionSets()
    {
        if (X86Base.IsSupported)
        {
            const int ExtendedFeatures = 7;
            (_, _, int features, _) = X86Base.CpuId(ExtendedFeatures, 0);
            (int moreFeatures, _, _, _) = X86Base.CpuId(ExtendedFeatures, 1);
            return
            [
                .. Named(Avx2.IsSupported, "AVX2"),
                .. Named(Avx512F.IsSupported, "AVX-512"),
                .. Named((features & (1 << 11)) != 0, "AVX-512 VNNI"),
                .. Named((moreFeatures & (1 << 5)) != 0, "AVX-512 BF16"),
                .. Named((moreFeatures & (1 << 4)) != 0, "AVX-VNNI"),
            ];
        }

        return [.. Named(AdvSimd.IsSupported, "AdvSIMD"), .. Named(Dp.IsSupported, "dot products")];
    }

    private static IEnumerable<string> Named(bool isThere, string name) => isThere ? [name] : [];
}

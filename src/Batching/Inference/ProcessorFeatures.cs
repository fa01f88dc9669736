using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Batching.Inference;

/// <summary>What this machine's processor can do, of what kernels are chosen by: another choice rounds otherwise.</summary>
internal static class ProcessorFeatures
{
    // Bits of CPUID, for what .NET has no class of. The leaf is 7; its first part gives ECX and EDX, its second EAX.
    private const int FeatureLeaf = 7;
    private const int Avx512Vnni = 11;
    private const int AmxBf16 = 22;
    private const int AmxInt8 = 25;
    private const int Avx512Bf16 = 5;

    /// <summary>The names of the features that are there, always in the same order.</summary>
    public static IEnumerable<string> Supported() =>
        Known().Where(feature => feature.IsSupported).Select(feature => feature.Name);

    private static IEnumerable<(string Name, bool IsSupported)> Known()
    {
        yield return (nameof(Sse41), Sse41.IsSupported);
        yield return (nameof(Avx), Avx.IsSupported);
        yield return (nameof(Avx2), Avx2.IsSupported);
        yield return (nameof(Fma), Fma.IsSupported);
        yield return (nameof(AvxVnni), AvxVnni.IsSupported);
        yield return (nameof(AvxVnniInt8), AvxVnniInt8.IsSupported);
        yield return (nameof(Avx512F), Avx512F.IsSupported);
        yield return (nameof(Avx512BW), Avx512BW.IsSupported);
        yield return (nameof(Avx512DQ), Avx512DQ.IsSupported);
        yield return (nameof(Avx512Vbmi), Avx512Vbmi.IsSupported);
        yield return (nameof(Avx10v1), Avx10v1.IsSupported);
        yield return (nameof(AdvSimd), AdvSimd.IsSupported);
        yield return (nameof(Dp), Dp.IsSupported);
        yield return (nameof(Rdm), Rdm.IsSupported);
        if (!X86Base.IsSupported || X86Base.CpuId(0, 0).Eax < FeatureLeaf)
        {
            yield break;
        }

        (int parts, _, int ecx, int edx) = X86Base.CpuId(FeatureLeaf, 0);
        int eax = parts >= 1 ? X86Base.CpuId(FeatureLeaf, 1).Eax : 0;
        yield return (nameof(Avx512Vnni), IsSet(ecx, Avx512Vnni));
        yield return (nameof(Avx512Bf16), IsSet(eax, Avx512Bf16));
        yield return (nameof(AmxBf16), IsSet(edx, AmxBf16));
        yield return (nameof(AmxInt8), IsSet(edx, AmxInt8));
    }

    private static bool IsSet(int register, int bit) => (register >> bit & 1) != 0;
}

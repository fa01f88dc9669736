using System.Text;
using CsCheck;

namespace Batching.Tests.Tokenization;

/// <summary>What random texts are made of.</summary>
internal static class InterestingText
{
    /// <summary>A scalar that one of the normalizer's rules is about, as text.</summary>
    public static Gen<string> Scalar { get; } =
        Generators.OneOf(ReferenceNormalizer.InterestingScalars).Select(scalar => new Rune(scalar).ToString());
}

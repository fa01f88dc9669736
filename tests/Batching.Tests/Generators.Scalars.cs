using System.Text;
using Batching.Tests.Tokenization;
using CsCheck;

namespace Batching.Tests;

internal static partial class Generators
{
    /// <summary>A scalar that one of the normalizer's rules is about, as text.</summary>
    public static Gen<string> InterestingScalar { get; } =
        OneOf(ReferenceNormalizer.InterestingScalars).Select(scalar => new Rune(scalar).ToString());

    public static Gen<string> LoneSurrogate { get; } = Gen.Char['\uD800', '\uDFFF'].Select(c => c.ToString());
}

using CsCheck;

namespace Batching.Tests;

/// <summary>What random inputs are made of.</summary>
internal static class Generators
{
    /// <summary>Every property starts from here, so that a failure comes back.</summary>
    public const string Seed = "0N0XIzNsQ0O2";

    public static Gen<string> LoneSurrogate { get; } = Gen.Char['\uD800', '\uDFFF'].Select(c => c.ToString());

    public static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);
}

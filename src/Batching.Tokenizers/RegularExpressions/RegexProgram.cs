namespace Batching.Tokenization;

/// <summary>A regular expression, ready to run. Immutable and thread-safe.</summary>
/// <param name="Instructions">From the first on.</param>
/// <param name="Registers">How many places it remembers.</param>
/// <param name="LookBehinds">The fewest and the most characters of each look-behind.</param>
/// <param name="FirstOf">What a match may start with; null where it may be anything, or empty.</param>
internal sealed record RegexProgram(RegexInstruction[] Instructions, int Registers, (int Least, int Most)[] LookBehinds, ScalarSet? FirstOf);

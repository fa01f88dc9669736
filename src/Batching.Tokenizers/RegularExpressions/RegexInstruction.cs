namespace Batching.Tokenization;

/// <summary>A step of a <see cref="RegexProgram"/>.</summary>
/// <param name="Operation">What it does.</param>
/// <param name="First">What that means depends on the operation.</param>
/// <param name="Second">The same.</param>
/// <param name="Set">The characters that it takes; null where it takes none.</param>
internal readonly record struct RegexInstruction(RegexOperation Operation, int First = 0, int Second = 0, ScalarSet? Set = null);

namespace Batching.Tokenization;

/// <summary>A scalar of a text in the making, and which part of the original text it stands for.</summary>
/// <param name="Scalar">The scalar, or a lone surrogate.</param>
/// <param name="Start">Where that part starts, in UTF-16 units.</param>
/// <param name="End">Where it ends.</param>
internal readonly record struct PlacedScalar(int Scalar, int Start, int End);

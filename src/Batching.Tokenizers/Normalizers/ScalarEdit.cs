namespace Batching.Tokenization;

/// <summary>A scalar that a normalizer writes, and what it reads for it.</summary>
/// <param name="Scalar">The scalar.</param>
/// <param name="Change">
/// 1 where it is added after the one before it and reads nothing; 0 where it takes the place of the next scalar; -n where the
/// n scalars after that are dropped as well.
/// </param>
internal readonly record struct ScalarEdit(int Scalar, int Change);

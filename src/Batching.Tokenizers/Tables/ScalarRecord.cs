namespace Batching.Tokenization;

/// <summary>One distinct behaviour of scalars: the properties, and where the mappings are in the table's pool.</summary>
internal readonly record struct ScalarRecord(
    ScalarProperties Properties,
    byte CombiningClass,
    byte DecompositionLength,
    byte LowerCaseLength,
    ushort DecompositionStart,
    ushort LowerCaseStart);

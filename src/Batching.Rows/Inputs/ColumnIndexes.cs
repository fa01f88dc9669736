namespace Batching.Rows.Inputs;

/// <summary>Where the columns of a <see cref="ColumnChoice"/> are in an input's header, from 0.</summary>
internal sealed record ColumnIndexes(int Text, int? Pair, IReadOnlyList<int> Others);

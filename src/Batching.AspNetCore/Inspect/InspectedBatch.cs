namespace Batching.AspNetCore.Inspect;

/// <summary>A batch as the model sees it, and what it says of each text.</summary>
internal sealed record InspectedBatch(int Columns, IReadOnlyList<string> Labels, IReadOnlyList<InspectedRow> Rows);

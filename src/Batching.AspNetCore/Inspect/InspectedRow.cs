namespace Batching.AspNetCore.Inspect;

/// <summary>A row of a batch and its result.</summary>
internal sealed record InspectedRow
{
    public required string Text { get; init; }

    /// <summary>The token of each id, padding included.</summary>
    public required IReadOnlyList<string> Tokens { get; init; }

    public required long[] InputIds { get; init; }

    public required long[] AttentionMask { get; init; }

    public required bool IsTruncated { get; init; }

    /// <summary>How many windows the text was classified in; the tokens are those of the first.</summary>
    public required int Windows { get; init; }

    public required float[] Logits { get; init; }

    public required float[] Scores { get; init; }

    public required string Label { get; init; }

    public required float Score { get; init; }
}

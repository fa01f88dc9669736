namespace Batching.Cli.Commands;

/// <summary>A row that the model took for something else.</summary>
internal sealed record Mistake(TextRow Row, string Actual, Classification Result);

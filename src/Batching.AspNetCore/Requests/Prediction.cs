namespace Batching.AspNetCore.Requests;

/// <summary>A label and its score.</summary>
internal sealed record Prediction(float Score, string Label);

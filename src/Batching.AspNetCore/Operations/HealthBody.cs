namespace Batching.AspNetCore.Operations;

/// <summary>What <c>GET /health</c> answers where all is well.</summary>
internal sealed record HealthBody(string Status, string State);

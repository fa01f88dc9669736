namespace Batching.AspNetCore.Requests;

/// <summary>The answer to what went wrong.</summary>
internal sealed record ErrorBody(string Error, ErrorType ErrorType);

namespace Batching.Tests.Hub;

/// <summary>A request as it came in.</summary>
/// <param name="IsForContents">Whether it came to the second server, which holds the contents of large files.</param>
/// <param name="Method">HEAD or GET.</param>
/// <param name="Path">The path of its address.</param>
/// <param name="Authorization">The header, or null.</param>
/// <param name="Range">The header, or null.</param>
internal sealed record SeenRequest(bool IsForContents, string Method, string Path, string? Authorization, string? Range);

namespace Batching.AspNetCore.Requests;

/// <summary>What the server logs.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(LogLevel.Error, "A request to {Path} failed.")]
    public static partial void Failed(this ILogger logger, Exception exception, string? path);
}

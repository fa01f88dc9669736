using System.Globalization;

namespace Batching.AspNetCore.Requests;

/// <summary>Makes answers of what went wrong.</summary>
internal static class Failures
{
    // What nginx made customary; nobody reads it but the log.
    private const int ClientLeft = 499;

    /// <summary>What an exception means to the client.</summary>
    /// <returns>Null where the client has left.</returns>
    public static RequestException? Refusal(Exception exception, HttpContext context) => exception switch
    {
        RequestException refusal => refusal,
        OperationCanceledException or IOException when context.RequestAborted.IsCancellationRequested => null,
        QueueFullException full => RequestException.Overloaded(full.Message, full.RetryAfter, full),
        DeadlineExceededException late => RequestException.Overloaded(late.Message, late.EstimatedTime ?? TimeSpan.FromSeconds(1), late),
        ModelRunException failed => new RequestException(ErrorType.Backend, StatusCodes.Status424FailedDependency, failed.Message, failed),
        QueueStoppedException or ObjectDisposedException => RequestException.Unhealthy("The server is stopping. Send the request to another.", exception),
        BadHttpRequestException bad => new RequestException(ErrorType.Validation, bad.StatusCode, bad.Message, bad),
        _ => new RequestException(ErrorType.Backend, StatusCodes.Status500InternalServerError, "The server failed; its log says why.", exception),
    };

    /// <summary>Answers what was thrown before anything was sent.</summary>
    public static Task AnswerAsync(HttpContext context, Exception exception, ILogger logger)
    {
        if (Refusal(exception, context) is not { } refusal)
        {
            context.Response.StatusCode = ClientLeft;
            return Task.CompletedTask;
        }

        if (refusal.Status >= StatusCodes.Status500InternalServerError && refusal.Type == ErrorType.Backend)
        {
            logger.Failed(exception, context.Request.Path);
        }

        return WriteAsync(context, refusal);
    }

    /// <summary>Writes an error.</summary>
    public static Task WriteAsync(HttpContext context, RequestException refusal)
    {
        context.Response.StatusCode = refusal.Status;
        if (refusal.RetryAfter is { } time)
        {
            // Whole seconds, and not too early.
            context.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(time.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        return context.Response.WriteAsJsonAsync(new ErrorBody(refusal.Message, refusal.Type), AnswerJson.Readable.ErrorBody);
    }
}

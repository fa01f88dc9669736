using System.Globalization;
using Batching;
using Server.Contract;

namespace Server.Requests;

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

    /// <summary>Answers what is thrown further in.</summary>
    public static async Task AnswerAsync(HttpContext context, RequestDelegate next, ILogger logger)
    {
        try
        {
            await next(context);
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            RequestException? refusal = Refusal(exception, context);
            if (refusal is null)
            {
                context.Response.StatusCode = ClientLeft;
                return;
            }

            if (refusal.Status >= StatusCodes.Status500InternalServerError && refusal.Type == ErrorType.Backend)
            {
                logger.Failed(exception, context.Request.Path);
            }

            await WriteAsync(context, refusal);
            return;
        }

        if (!context.Response.HasStarted && RefusalOfRouting(context) is { } unrouted)
        {
            await WriteAsync(context, unrouted);
        }
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

        return context.Response.WriteAsJsonAsync(new ErrorBody(refusal.Message, refusal.Type), ContractJson.Readable.ErrorBody);
    }

    // What never came to an endpoint.
    private static RequestException? RefusalOfRouting(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status400BadRequest => new RequestException(
            ErrorType.Validation,
            StatusCodes.Status400BadRequest,
            $"The host '{context.Request.Host}' is none of this server's. Ask it by the name that it has, or have its operator add this one to the setting AllowedHosts."),
        StatusCodes.Status415UnsupportedMediaType => RequestException.NotJson(context.Request.ContentType),
        var status and (StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed) => new RequestException(
            ErrorType.Validation, status, $"There is no {context.Request.Method} {context.Request.Path} here. /openapi.json lists what there is."),
        _ => null,
    };
}

using Batching.AspNetCore.Requests;

namespace Batching.AspNetCore.Program;

/// <summary>Has what comes to no endpoint, and what the host itself refuses, answered as all else is.</summary>
internal sealed class FailuresOutermost(ILogger<FailuresOutermost> logger) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => application =>
    {
        application.Use(AnswerAsync);
        next(application);
    };

    private async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            await Failures.AnswerAsync(context, exception, logger);
            return;
        }

        if (!context.Response.HasStarted && RefusalOfRouting(context) is { } refusal)
        {
            await Failures.WriteAsync(context, refusal);
        }
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

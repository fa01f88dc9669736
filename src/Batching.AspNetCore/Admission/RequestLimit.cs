using System.Diagnostics;
using Server.Requests;
using Server.Telemetry;

namespace Server.Admission;

/// <summary>Keeps a request's account with the <see cref="RequestBudget"/>, and counts what becomes of requests.</summary>
internal sealed class RequestLimit(RequestBudget budget, ServerMetrics metrics) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        long start = Stopwatch.GetTimestamp();
        metrics.Began();
        using RequestCharge charge = budget.Open();
        context.HttpContext.Features.Set(charge);
        try
        {
            object? result = await next(context);
            metrics.Succeeded(Stopwatch.GetElapsedTime(start));
            return result;
        }
        catch (Exception exception)
        {
            metrics.Failed(Failures.Refusal(exception, context.HttpContext)?.Type);
            throw;
        }
    }
}

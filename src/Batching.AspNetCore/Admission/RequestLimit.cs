using System.Diagnostics;
using Batching.AspNetCore.Requests;
using Batching.AspNetCore.Telemetry;

namespace Batching.AspNetCore.Admission;

/// <summary>Keeps a request's account with the <see cref="RequestBudget"/>, and counts what becomes of requests.</summary>
internal sealed class RequestLimit(RequestBudget budget, ServerMetrics metrics)
{
    public async Task RunAsync(HttpContext context, RequestDelegate answer)
    {
        long start = Stopwatch.GetTimestamp();
        metrics.Began();
        using RequestCharge charge = budget.Open();
        context.Features.Set(charge);
        try
        {
            await answer(context);
            metrics.Succeeded(Stopwatch.GetElapsedTime(start));
        }
        catch (Exception exception)
        {
            metrics.Failed(Failures.Refusal(exception, context)?.Type);
            throw;
        }
    }
}

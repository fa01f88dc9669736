using Batching.AspNetCore.Admission;
using Batching.AspNetCore.Endpoints;

namespace Batching.AspNetCore.Operations;

/// <summary><c>GET /status</c>: the figures of this moment, for the page's gauges.</summary>
internal sealed class StatusEndpoint(HostedClassifier classifier, RequestBudget budget, PaddingListener padding) : IEndpoint
{
    public static EndpointDescription Description { get; } = new()
    {
        Path = "/status",
        Summary = "The figures of this moment.",
        Answer = OperationsJson.Readable.StatusBody,
        Errors = [StatusCodes.Status503ServiceUnavailable],
    };

    public Task RunAsync(HttpContext context)
    {
        QueueStatus? queue = classifier.QueueStatus;
        context.Response.Headers.CacheControl = "no-store";
        var status = new StatusBody
        {
            State = classifier.State.ToString(),
            QueueSize = queue?.RowsWaiting ?? 0,
            TokensWaiting = queue?.TokensWaiting ?? 0,
            MaxTokensWaiting = queue?.MaxTokensWaiting ?? 0,
            BatchesRunning = queue?.BatchesRunning ?? 0,
            RequestsUnderWay = budget.UnderWay,
            BytesUnderWay = budget.Bytes,
            TokensPerSecond = queue?.TokensPerSecond,
            PaddingRatio = padding.Share,
        };
        return context.Response.WriteAsJsonAsync(status, OperationsJson.Readable.StatusBody);
    }
}

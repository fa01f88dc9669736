using Batching;
using Server.Admission;
using Server.Contract;
using Server.Telemetry;

namespace Server.Endpoints;

/// <summary><c>GET /status</c>: the figures of this moment, for the page's gauges.</summary>
internal sealed class StatusEndpoint(HostedClassifier classifier, RequestBudget budget, PaddingListener padding)
{
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
            PaddingRatio = padding.Ratio,
        };
        return context.Response.WriteAsJsonAsync(status, ContractJson.Readable.StatusBody);
    }
}

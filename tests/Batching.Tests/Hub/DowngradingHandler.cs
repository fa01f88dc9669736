using System.Net;

namespace Batching.Tests.Hub;

/// <summary>Answers every request over https with a redirect to an address over http.</summary>
internal sealed class DowngradingHandler(Uri target) : DelegatingHandler
{
    public int Requests { get; private set; }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests++;
        var response = new HttpResponseMessage(HttpStatusCode.Redirect);
        response.Headers.Location = target;
        return Task.FromResult(response);
    }
}

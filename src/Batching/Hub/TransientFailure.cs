using System.Net;

namespace Batching.Hub;

/// <summary>Something that may go well when it is tried again.</summary>
/// <param name="What">The rest of a sentence that begins with the address.</param>
/// <param name="Cause">The exception that told, if one did.</param>
/// <param name="Status">What the server answered, if it did.</param>
/// <param name="RetryAfter">How long the server asks to wait, if it does.</param>
internal sealed record TransientFailure(string What, Exception? Cause = null, HttpStatusCode? Status = null, TimeSpan? RetryAfter = null)
{
    /// <summary>Whether a refusal came of a server that could not be reached or could not answer, rather than of its answer.</summary>
    public static bool IsBehind(ModelLoadException refusal) => refusal.InnerException is HttpRequestException
    {
        StatusCode: null or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError,
    };

    public ModelLoadException ToRefusal(Uri address, int retries)
    {
        string shown = HubClient.Shown(address);
        string wait = RetryAfter is { } time ? $" It asks to wait {time.TotalSeconds:0} s." : "";
        return new ModelLoadException(
            $"{shown} {What}{(retries > 0 ? $", and so it went on through {retries} retries" : "")}.{wait} Check the network, the proxy and HF_ENDPOINT, and try again later: what was downloaded is kept.",
            shown,
            new HttpRequestException(Cause?.Message ?? What, Cause, Status));
    }
}

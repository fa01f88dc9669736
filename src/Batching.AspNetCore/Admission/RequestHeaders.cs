using Microsoft.Net.Http.Headers;

namespace Batching.AspNetCore.Admission;

/// <summary>What the headers of a request ask for.</summary>
internal static class RequestHeaders
{
    /// <summary>Whether a page is wanted rather than data: a browser names text/html, programs most often take anything.</summary>
    public static bool PrefersHtml(this HttpRequest request) =>
        MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out IList<MediaTypeHeaderValue>? accepted)
        && QualityOf(accepted, "text/html") is > 0 and var html
        && html >= QualityOf(accepted, "application/json");

    private static double QualityOf(IList<MediaTypeHeaderValue> accepted, string type) =>
        accepted.Where(entry => entry.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase))
            .Select(entry => entry.Quality ?? 1)
            .DefaultIfEmpty(0)
            .Max();
}

using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Polly;
using Polly.Retry;

namespace Batching.Hub;

/// <summary>Speaks with a server as Python's <c>huggingface_hub</c> does.</summary>
/// <remarks>Redirects are followed by hand: the token goes to the endpoint alone, and what the endpoint says of a file is in the redirect itself.</remarks>
internal sealed class HubClient : IDisposable
{
    private const int MostRedirects = 10;
    private const int LongestListing = 1 << 25;

    // Who is asked to wait for longer than this would rather know.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    private static readonly ProductInfoHeaderValue Product = new("Batching", typeof(HubClient).Assembly.GetName().Version?.ToString(3));

    private readonly HubSettings settings;
    private readonly HttpMessageInvoker http;
    private readonly Uri endpoint;
    private readonly ResiliencePipeline<TransientFailure?> retrying;

    public HubClient(HubSettings settings, HttpMessageInvoker http)
    {
        this.settings = settings;
        this.http = http;
        endpoint = new Uri(settings.Endpoint);
        retrying = settings.MaxRetries == 0
            ? ResiliencePipeline<TransientFailure?>.Empty
            : new ResiliencePipelineBuilder<TransientFailure?> { TimeProvider = settings.Clock }
                .AddRetry(new RetryStrategyOptions<TransientFailure?>
                {
                    ShouldHandle = static arguments => new(arguments.Outcome.Result is { } failure && !(failure.RetryAfter > LongestWait)),
                    MaxRetryAttempts = settings.MaxRetries,
                    BackoffType = DelayBackoffType.Exponential,
                    Delay = TimeSpan.FromSeconds(1),
                    MaxDelay = TimeSpan.FromSeconds(30),
                    UseJitter = true,
                    DelayGenerator = static arguments => new(arguments.Outcome.Result?.RetryAfter),
                })
                .Build();
    }

    /// <summary>An address as it may stand in a message: a query may hold a signature.</summary>
    public static string Shown(Uri address) => address.GetLeftPart(UriPartial.Path);

    /// <summary>Asks which commit a revision is, and what files it has.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="revision">A branch, a tag or a commit.</param>
    /// <param name="retries">Whether to try again where the server cannot be reached.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ModelLoadException">The server refuses, cannot be reached, or gives no listing.</exception>
    public async Task<RepositoryListing> ListAsync(RepositoryId repository, string revision, bool retries, CancellationToken cancellationToken)
    {
        var address = new Uri($"{settings.Endpoint}/api/models/{repository}/revision/{Uri.EscapeDataString(revision)}");
        RepositoryListing? listing = null;
        TransientFailure? failure = await TryAsync(
            async guard =>
            {
                using HttpResponseMessage response = await SendAsync(HttpMethod.Get, address, range: null, isAnswer: null, guard).ConfigureAwait(false);
                if (FailureOf(response) is { } failure)
                {
                    return failure;
                }

                Require(response, address, repository, $"the revision '{revision}'");
                listing = RepositoryListing.Parse(await ReadAsync(response, address, guard).ConfigureAwait(false), Shown(address));
                return null;
            },
            retries,
            cancellationToken).ConfigureAwait(false);
        return failure is null ? listing! : throw failure.ToRefusal(address, retries ? settings.MaxRetries : 0);
    }

    /// <summary>Asks what a file's checksum and length are.</summary>
    /// <exception cref="ModelLoadException">The server refuses, cannot be reached, or does not say.</exception>
    public async Task<RemoteFile> DescribeAsync(RepositoryId repository, string commit, string name, CancellationToken cancellationToken)
    {
        var address = new Uri($"{settings.Endpoint}/{repository}/resolve/{commit}/{string.Join('/', name.Split('/').Select(Uri.EscapeDataString))}");
        RemoteFile? file = null;
        TransientFailure? failure = await TryAsync(
            async guard =>
            {
                using HttpResponseMessage response = await SendAsync(
                    HttpMethod.Head, address, range: null, static answer => Header(answer, "X-Linked-Etag") is not null, guard).ConfigureAwait(false);
                if (FailureOf(response) is { } failure)
                {
                    return failure;
                }

                string? linkedEtag = Header(response, "X-Linked-Etag");
                if (linkedEtag is null)
                {
                    Require(response, address, repository, $"'{name}'");
                }

                file = Describe(response, address, repository, commit, name, linkedEtag);
                return null;
            },
            retries: true,
            cancellationToken).ConfigureAwait(false);
        return failure is null ? file! : throw failure.ToRefusal(address, settings.MaxRetries);
    }

    /// <summary>Asks for a file from a position on.</summary>
    /// <returns>The answer, to be disposed of, its body still on the way: the file, a part of it, or that there is no such part.</returns>
    /// <exception cref="ModelLoadException">The server refuses.</exception>
    public async Task<(HttpResponseMessage? Response, TransientFailure? Failure)> OpenAsync(RemoteFile file, long position, StallGuard guard)
    {
        RangeHeaderValue? range = position > 0 ? new RangeHeaderValue(position, to: null) : null;
        HttpResponseMessage response = await SendAsync(HttpMethod.Get, file.Address, range, isAnswer: null, guard).ConfigureAwait(false);
        try
        {
            if (FailureOf(response) is { } failure)
            {
                response.Dispose();
                return (null, failure);
            }

            if (response.StatusCode != HttpStatusCode.RequestedRangeNotSatisfiable || range is null)
            {
                Require(response, file.Address, file.Repository, $"'{file.Name}'");
            }

            return (response, null);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>Runs something that speaks with the server, again and again if it has to be.</summary>
    /// <param name="attempt">What to run. Exceptions of the network become failures.</param>
    /// <param name="retries">Whether to try again.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The last failure; null once an attempt went well.</returns>
    public async Task<TransientFailure?> TryAsync(
        Func<StallGuard, Task<TransientFailure?>> attempt, bool retries, CancellationToken cancellationToken)
    {
        return await (retries ? retrying : ResiliencePipeline<TransientFailure?>.Empty)
            .ExecuteAsync(async token => await TryOnceAsync(token).ConfigureAwait(false), cancellationToken)
            .ConfigureAwait(false);

        async Task<TransientFailure?> TryOnceAsync(CancellationToken token)
        {
            using var guard = new StallGuard(settings.StallTimeout, settings.Clock, token);
            try
            {
                return await attempt(guard).ConfigureAwait(false);
            }
            catch (OperationCanceledException exception) when (!token.IsCancellationRequested)
            {
                return new TransientFailure($"sent nothing for {settings.StallTimeout.TotalSeconds:0.#} s", new TimeoutException(exception.Message, exception));
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException)
            {
                string cause = exception.InnerException is { } inner && !exception.Message.Contains(inner.Message, StringComparison.Ordinal)
                    ? $"{exception.Message} {inner.Message}"
                    : exception.Message;
                return new TransientFailure($"could not be read ({cause})", exception);
            }
        }
    }

    public void Dispose() => http.Dispose();

    private static bool IsRedirect(HttpResponseMessage response) => response.StatusCode is
        HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out HeaderStringValues values) ? values.ToString() : null;

    private static RemoteFile Describe(
        HttpResponseMessage response, Uri address, RepositoryId repository, string commit, string name, string? linkedEtag)
    {
        string shown = Shown(address);
        if (Header(response, "X-Repo-Commit") is { } other && other != commit)
        {
            throw new ModelLoadException(
                $"{shown} answered for the commit '{RepositoryPath.Shown(other)}' instead. Check that {nameof(ModelHubOptions.Endpoint)} or HF_ENDPOINT is a Hugging Face server.", shown);
        }

        string? etag = linkedEtag ?? Header(response, "ETag");
        var checksum = BlobChecksum.Parse(etag);
        if (checksum is null)
        {
            throw new ModelLoadException(
                $"{shown} came with {(etag is null ? "no ETag" : $"the ETag '{RepositoryPath.Shown(etag)}'")}, which is neither a sha256 nor a git SHA-1, so that the file could not be checked. Set {nameof(ModelHubOptions.Endpoint)} or HF_ENDPOINT to a server that keeps Hugging Face's headers.",
                shown);
        }

        return new RemoteFile(
            repository,
            name,
            address,
            checksum,
            long.TryParse(Header(response, "X-Linked-Size"), NumberStyles.None, CultureInfo.InvariantCulture, out long size) ? size
                : linkedEtag is null || !IsRedirect(response) ? response.Content.Headers.ContentLength : null);
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, Uri address, RangeHeaderValue? range, Func<HttpResponseMessage, bool>? isAnswer, StallGuard guard)
    {
        Uri current = address;
        for (int redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(method, current);
            request.Headers.UserAgent.Add(Product);
            request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
            request.Headers.Range = range;
            if (settings.Token is { } token && IsEndpoint(current))
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            }

            guard.Start();
            HttpResponseMessage response = await http.SendAsync(request, guard.Token).ConfigureAwait(false);
            if (!IsRedirect(response) || isAnswer?.Invoke(response) == true)
            {
                return response;
            }

            using (response)
            {
                current = TargetOf(response, current, redirects);
            }
        }
    }

    private static Uri TargetOf(HttpResponseMessage response, Uri current, int redirects)
    {
        string fault;
        if (redirects == MostRedirects)
        {
            fault = $"after {MostRedirects} other redirects";
        }
        else if (!Uri.TryCreate(current, Header(response, "Location"), out Uri? target))
        {
            fault = "without an address";
        }
        else if (target.Scheme != Uri.UriSchemeHttps && (target.Scheme != Uri.UriSchemeHttp || current.Scheme != Uri.UriSchemeHttp))
        {
            fault = $"to '{target.Scheme}', which is not as safe as '{current.Scheme}'";
        }
        else
        {
            return target;
        }

        throw new ModelLoadException(
            $"{Shown(current)} redirected {fault}. Check {nameof(ModelHubOptions.Endpoint)}, HF_ENDPOINT and the proxy.", Shown(current));
    }

    private bool IsEndpoint(Uri address) =>
        address.Scheme == endpoint.Scheme && address.Port == endpoint.Port && string.Equals(address.IdnHost, endpoint.IdnHost, StringComparison.OrdinalIgnoreCase);

    private TransientFailure? FailureOf(HttpResponseMessage response)
    {
        if (response.StatusCode is not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError))
        {
            return null;
        }

        RetryConditionHeaderValue? after = response.Headers.RetryAfter;
        TimeSpan? wait = after?.Delta ?? (after?.Date - settings.Clock.GetUtcNow());
        return new TransientFailure($"answered {Status(response)}", Status: response.StatusCode, RetryAfter: wait < TimeSpan.Zero ? TimeSpan.Zero : wait);
    }

    /// <exception cref="ModelLoadException">The server did not answer with what was asked for.</exception>
    private void Require(HttpResponseMessage response, Uri address, RepositoryId repository, string what)
    {
        if (response.IsSuccessStatusCode)
        {
            return;
        }

        string page = $"{settings.Endpoint}/{repository}";
        string advice = response.StatusCode switch
        {
            HttpStatusCode.Unauthorized when settings.Token is null =>
                $"Check the spelling: a repository that does not exist is answered like this as well. If {page} is private or gated, set HF_TOKEN or {nameof(ModelHubOptions.Token)} to a token that may read it.",
            HttpStatusCode.Unauthorized =>
                $"The token is not valid, or may not read {page}, or there is no such repository. Check the spelling, and make a new token in the settings of your account.",
            HttpStatusCode.Forbidden =>
                $"If the repository is gated, accept its conditions at {page} in a browser, and set HF_TOKEN or {nameof(ModelHubOptions.Token)} to a token of the same account that may read it.",
            HttpStatusCode.NotFound when Header(response, "X-Error-Code") == "RevisionNotFound" => "The repository has no such revision. Check the spelling of the branch, the tag or the commit.",
            HttpStatusCode.NotFound => $"Check the spelling of the repository and the revision at {page}.",
            _ => $"Check {nameof(ModelHubOptions.Endpoint)}, HF_ENDPOINT and the proxy.",
        };
        throw new ModelLoadException(
            $"{Shown(address)} answered {Status(response)} when asked for {what}. {advice}",
            Shown(address),
            new HttpRequestException($"The server answered {Status(response)}.", inner: null, response.StatusCode));
    }

    private static string Status(HttpResponseMessage response) => $"{(int)response.StatusCode} ({response.StatusCode})";

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, Uri address, StallGuard guard)
    {
        using var content = new MemoryStream();
        Stream body = await response.Content.ReadAsStreamAsync(guard.Token).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable disposal = body.ConfigureAwait(false);
        var buffer = new byte[1 << 16];
        int count;
        do
        {
            guard.Start();
            count = await body.ReadAsync(buffer, guard.Token).ConfigureAwait(false);
            content.Write(buffer, 0, count);
            if (content.Length > LongestListing)
            {
                throw new ModelLoadException(
                    $"{Shown(address)} gave a listing of more than {LongestListing} bytes, which is longer than that of any classifier. Check {nameof(ModelHubOptions.Endpoint)} and HF_ENDPOINT.",
                    Shown(address));
            }
        }
        while (count > 0);

        return content.GetBuffer().AsMemory(0, (int)content.Length);
    }
}

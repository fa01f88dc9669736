using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Batching.Tests.Hub;

/// <summary>A server that answers as Hugging Face does, on one port, with the contents of large files on another; until it is told to misbehave.</summary>
internal sealed class HubServer : IAsyncDisposable
{
    public const string Repository = "someone/a-classifier";
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly WebApplication app;
    private readonly ConcurrentQueue<SeenRequest> requests = [];
    private readonly List<(Func<HttpRequest, bool> Matches, Func<HttpContext, Task> Answer, bool IsLasting)> faults = [];
    private readonly int contentsPort;

    private HubServer(WebApplication app)
    {
        this.app = app;
        (Endpoint, Contents) = app.Urls.Select(address => new Uri(address)).ToArray() is [var first, var second] ? (first, second) : throw new InvalidOperationException();
        contentsPort = Contents.Port;
    }

    public Uri Endpoint { get; }

    /// <summary>The address of the second server.</summary>
    public Uri Contents { get; }

    /// <summary>The files by name.</summary>
    public SortedDictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>What was asked so far.</summary>
    public IReadOnlyList<SeenRequest> Requests => [.. requests];

    /// <summary>Starts a server with the files of a contract.</summary>
    public static async Task<HubServer> StartAsync(string contract = "distilbert-vocab-txt-only", string modelFile = "onnx/model.onnx")
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.Listen(IPAddress.Loopback, 0);
            options.Listen(IPAddress.Loopback, 0);
        });
        WebApplication web = builder.Build();
        HubServer? server = null;
        web.Run(context => server!.AnswerAsync(context));
        await web.StartAsync();
        server = new HubServer(web);
        foreach (string file in Directory.EnumerateFiles(Tests.Repository.Contract(contract)))
        {
            string name = Path.GetFileName(file);
            server.Files[name == "model.onnx" ? modelFile : name] = await File.ReadAllBytesAsync(file);
        }

        server.Files["README.md"] = "Not needed."u8.ToArray();
        server.Files["pytorch_model.bin"] = new byte[1000];
        return server;
    }

    public static string Sha256Of(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    public static string GitSha1Of(byte[] content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {content.Length}\0")));
        hash.AppendData(content);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The entity tag of a file, which is the name of its blob.</summary>
    public string EtagOf(string name) => IsLarge(name) ? Sha256Of(Files[name]) : GitSha1Of(Files[name]);

    /// <summary>How often the content of a file was asked for.</summary>
    public int CountOf(string name) => Requests.Count(request => request.Method == "GET" && IsFor(request, name));

    /// <summary>Has the next requests answered otherwise, once each in this order.</summary>
    /// <param name="matches">Which requests.</param>
    /// <param name="answers">The answers.</param>
    public void Misbehave(Func<HttpRequest, bool> matches, params Func<HttpContext, Task>[] answers)
    {
        lock (faults)
        {
            faults.AddRange(answers.Select(answer => (matches, answer, false)));
        }
    }

    /// <summary>Answers as it should from now on.</summary>
    public void Behave()
    {
        lock (faults)
        {
            faults.Clear();
        }
    }

    /// <summary>Has every request of a kind answered otherwise.</summary>
    public void AlwaysMisbehave(Func<HttpRequest, bool> matches, Func<HttpContext, Task> answer)
    {
        lock (faults)
        {
            faults.Add((matches, answer, true));
        }
    }

    public static bool IsListing(HttpRequest request) => request.Path.StartsWithSegments("/api", StringComparison.Ordinal);

    /// <summary>Requests for what is known of a file.</summary>
    public static Func<HttpRequest, bool> Head(string name) =>
        request => request.Method == "HEAD" && request.Path.Value!.EndsWith($"/resolve/{Commit}/{name}", StringComparison.Ordinal);

    /// <summary>Requests that get the content of a file, from the server that has it.</summary>
    public Func<HttpRequest, bool> Content(string name)
    {
        string path = IsLarge(name) ? $"/{Sha256Of(Files[name])}" : $"/{Repository}/resolve/{Commit}/{name}";
        return request => request.Method == "GET" && request.Path == path;
    }

    public static Func<HttpContext, Task> Status(int status, params (string Name, string Value)[] headers) => context =>
    {
        context.Response.StatusCode = status;
        foreach ((string name, string value) in headers)
        {
            context.Response.Headers[name] = value;
        }

        return Task.CompletedTask;
    };

    /// <summary>Sends a part of a file, and then breaks off.</summary>
    public Func<HttpContext, Task> CutOff(string name, int length) => async context =>
    {
        await SendAsync(context, Files[name], length);
        context.Abort();
    };

    /// <summary>Sends a part of a file, and then nothing any more.</summary>
    public Func<HttpContext, Task> Stall(string name, int length, Action stalled) => async context =>
    {
        await SendAsync(context, Files[name], length);
        stalled();
        var aborted = new TaskCompletionSource();
        await using CancellationTokenRegistration registration = context.RequestAborted.Register(aborted.SetResult);
        await aborted.Task;
    };

    /// <summary>Sends something else than a file.</summary>
    public static Func<HttpContext, Task> Send(byte[] content) => context => SendAsync(context, content);

    /// <summary>Sends a part of what a request asks for, as far as a length.</summary>
    public static async Task SendAsync(HttpContext context, byte[] content, int? length = null)
    {
        int from = 0;
        if (context.Request.Headers.Range is [{ } range])
        {
            from = int.Parse(range.AsSpan()["bytes=".Length..^1], NumberStyles.None, CultureInfo.InvariantCulture);
            if (from >= content.Length)
            {
                context.Response.StatusCode = 416;
                context.Response.Headers.ContentRange = $"bytes */{content.Length}";
                return;
            }

            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes {from}-{content.Length - 1}/{content.Length}";
        }

        context.Response.ContentLength = content.Length - from;
        if (context.Request.Method == "GET")
        {
            await context.Response.Body.WriteAsync(content.AsMemory(from, Math.Max(0, (length ?? content.Length) - from)));
            await context.Response.Body.FlushAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await app.StopAsync(atOnce.Token);
        await app.DisposeAsync();
    }

    // As in the .gitattributes of a repository.
    private static bool IsLarge(string name) => name.Contains(".onnx", StringComparison.Ordinal) || name.EndsWith(".bin", StringComparison.Ordinal);

    private bool IsFor(SeenRequest request, string name) => IsLarge(name)
        ? request.IsForContents && request.Path == $"/{Sha256Of(Files[name])}"
        : request.Path.EndsWith($"/resolve/{Commit}/{name}", StringComparison.Ordinal);

    private Task AnswerAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        bool isForContents = context.Connection.LocalPort == contentsPort;
        requests.Enqueue(new SeenRequest(isForContents, request.Method, request.Path.Value!, request.Headers.Authorization, request.Headers.Range));
        lock (faults)
        {
            int index = faults.FindIndex(fault => fault.Matches(request));
            if (index >= 0)
            {
                (_, Func<HttpContext, Task> answer, bool isLasting) = faults[index];
                if (!isLasting)
                {
                    faults.RemoveAt(index);
                }

                return answer(context);
            }
        }

        return isForContents ? AnswerContentAsync(context) : IsListing(request) ? AnswerListingAsync(context) : AnswerFileAsync(context);
    }

    private Task AnswerContentAsync(HttpContext context) =>
        Files.Values.FirstOrDefault(content => context.Request.Path == $"/{Sha256Of(content)}") is { } found
            ? SendAsync(context, found)
            : Status(404)(context);

    private Task AnswerListingAsync(HttpContext context)
    {
        if (context.Request.Path.Value!.Split("/revision/") is not [$"/api/models/{Repository}", "main" or "v1" or "refs/pr/1" or "refs%2Fpr%2F1" or "v1/next" or "v1%2Fnext" or Commit])
        {
            return Status(404, ("X-Error-Code", "RevisionNotFound"))(context);
        }

        var json = new JsonObject
        {
            ["id"] = Repository,
            ["sha"] = Commit,
            ["siblings"] = new JsonArray([.. Files.Keys.Select(name => new JsonObject { ["rfilename"] = name })]),
        };
        return SendAsync(context, Encoding.UTF8.GetBytes(json.ToJsonString()));
    }

    public Task AnswerFileAsync(HttpContext context)
    {
        if (context.Request.Path.Value!.Split($"/{Repository}/resolve/{Commit}/") is not ["", var name] || !Files.TryGetValue(name, out byte[]? content))
        {
            return Status(404, ("X-Error-Code", "EntryNotFound"))(context);
        }

        context.Response.Headers["X-Repo-Commit"] = Commit;
        if (!IsLarge(name))
        {
            context.Response.Headers.ETag = $"\"{GitSha1Of(content)}\"";
            return SendAsync(context, content);
        }

        context.Response.StatusCode = 302;
        context.Response.Headers.Location = $"{Contents}{Sha256Of(content)}?X-Signature=secret";
        context.Response.Headers["X-Linked-Etag"] = $"\"{Sha256Of(content)}\"";
        context.Response.Headers["X-Linked-Size"] = content.Length.ToString(CultureInfo.InvariantCulture);
        return Task.CompletedTask;
    }
}

namespace Batching;

/// <summary>Where models come from and where they are kept.</summary>
/// <remarks>
/// Immutable and thread-safe. What is null is as the environment says, in the variables of Python's <c>huggingface_hub</c>.
/// They are read when a <see cref="ModelHub"/> is made.
/// </remarks>
public sealed record ModelHubOptions
{
    /// <summary>The server, such as a mirror, by https or http.</summary>
    /// <value>Default: null, <c>HF_ENDPOINT</c>, or <c>https://huggingface.co</c>.</value>
    public Uri? Endpoint { get; init; }

    /// <summary>The folder that holds a folder for every repository, as Python's <c>cache_dir</c>.</summary>
    /// <value>
    /// Default: null, <c>HF_HUB_CACHE</c>, or <c>hub</c> in <c>HF_HOME</c>, or <c>huggingface/hub</c> in <c>XDG_CACHE_HOME</c>, or
    /// <c>~/.cache/huggingface/hub</c>.
    /// </value>
    public string? CacheFolder { get; init; }

    /// <summary>The access token for private and gated repositories. It is sent to <see cref="Endpoint"/> and nowhere else.</summary>
    /// <value>
    /// Default: null, <c>HF_TOKEN</c>, or what is in the file <c>HF_TOKEN_PATH</c>, or <c>token</c> in <c>HF_HOME</c>; none where
    /// <c>HF_HUB_DISABLE_IMPLICIT_TOKEN</c> is 1. Empty: none.
    /// </value>
    public string? Token { get; init; }

    /// <summary>Whether to use what is in the cache only.</summary>
    /// <value>Default: null, whether <c>HF_HUB_OFFLINE</c> is 1, ON, YES or TRUE.</value>
    public bool? Offline { get; init; }

    /// <summary>How long a server may send nothing before it is asked again.</summary>
    /// <value>Default: 10 seconds. Above zero, at most a day.</value>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How often a request is tried again that failed in the network or was answered 408, 429 or 5xx, after 1, 2, 4 seconds
    /// and so on, or when the server's <c>Retry-After</c> says. A retry that brought a megabyte of a file does not count.
    /// </summary>
    /// <value>Default: 5. From 0 to 100.</value>
    public int MaxRetries { get; init; } = 5;

    /// <summary>What sends the requests: for proxies, certificates, logs and tests.</summary>
    /// <value>
    /// Default: null, one of the hub's own. Another is not disposed of. It must not follow redirects (<c>AllowAutoRedirect</c>),
    /// which the hub does itself because they carry what it needs to know.
    /// </value>
    public HttpMessageHandler? HttpHandler { get; init; }

    /// <summary>What tells the time, for timeouts and the pauses between retries.</summary>
    /// <value>Default: the system's.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The options but for the token, which is no text for a log.</summary>
    /// <returns>For instance <c>ModelHubOptions { Endpoint = https://huggingface.co/, Token = (set) }</c>.</returns>
    public override string ToString() =>
        $"{nameof(ModelHubOptions)} {{ Endpoint = {Endpoint}, CacheFolder = {CacheFolder}, Token = {(Token is null ? "" : "(set)")}, Offline = {Offline}, StallTimeout = {StallTimeout}, MaxRetries = {MaxRetries} }}";
}

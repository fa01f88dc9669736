using System.Text.RegularExpressions;

namespace Batching.Hub;

/// <summary>Where models come from and where they are kept: from the options, then from the variables that Python's <c>huggingface_hub</c> reads.</summary>
internal sealed partial record HubSettings
{
    private const string DefaultEndpoint = "https://huggingface.co";

    private static readonly string[] TrueValues = ["1", "ON", "YES", "TRUE"];

    /// <summary>The server, without a slash at its end.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The folder of all repositories' folders, absolute.</summary>
    public required string CacheFolder { get; init; }

    public required string? Token { get; init; }

    public required bool IsOffline { get; init; }

    public required TimeSpan StallTimeout { get; init; }

    public required int MaxRetries { get; init; }

    public required TimeProvider Clock { get; init; }

    /// <param name="options">What the program says.</param>
    /// <param name="variable">Reads an environment variable.</param>
    /// <exception cref="ArgumentException">An option or a variable cannot be used.</exception>
    /// <exception cref="ModelLoadException">There is no folder to keep models in, or the file of the token cannot be read.</exception>
    public static HubSettings Of(ModelHubOptions options, Func<string, string?> variable)
    {
        string home = PathOf("HF_HOME") ?? Path.Combine(Read("XDG_CACHE_HOME") ?? Path.Combine(UserFolder(), ".cache"), "huggingface");
        string cache = options.CacheFolder ?? PathOf("HF_HUB_CACHE") ?? PathOf("HUGGINGFACE_HUB_CACHE") ?? Path.Combine(home, "hub");
        bool isOffline = options.Offline ?? IsTrue(Read("HF_HUB_OFFLINE") ?? Read("TRANSFORMERS_OFFLINE"));
        if (options.StallTimeout <= TimeSpan.Zero || options.StallTimeout > TimeSpan.FromDays(1))
        {
            throw new ArgumentException($"{nameof(options.StallTimeout)} is {options.StallTimeout}; it has to be above zero and at most a day.", nameof(options));
        }

        return options.MaxRetries is < 0 or > 100
            ? throw new ArgumentException($"{nameof(options.MaxRetries)} is {options.MaxRetries}; it has to be from 0 to 100.", nameof(options))
            : new HubSettings
            {
                Endpoint = options.Endpoint is { } endpoint
                    ? CheckEndpoint(endpoint, nameof(options.Endpoint))
                    : CheckEndpoint(Read("HF_ENDPOINT") is { } address ? ParseEndpoint(address) : new Uri(DefaultEndpoint), "HF_ENDPOINT"),
                CacheFolder = Path.GetFullPath(cache),
                Token = isOffline ? null : ReadToken(),
                IsOffline = isOffline,
                StallTimeout = options.StallTimeout,
                MaxRetries = options.MaxRetries,
                Clock = options.TimeProvider,
            };

        string? Read(string name) => variable(name) is { Length: > 0 } value ? value : null;

        string? PathOf(string name) => Read(name) is { } path ? Expand(path, variable) : null;

        string? ReadToken()
        {
            if (options.Token is { } token)
            {
                return CheckToken(token, nameof(options.Token));
            }

            if (IsTrue(Read("HF_HUB_DISABLE_IMPLICIT_TOKEN")))
            {
                return null;
            }

            if ((Read("HF_TOKEN") ?? Read("HUGGING_FACE_HUB_TOKEN")) is { } inVariable)
            {
                return CheckToken(inVariable, "HF_TOKEN");
            }

            string file = PathOf("HF_TOKEN_PATH") ?? Path.Combine(home, "token");
            return ReadFile(file) is { } inFile ? CheckToken(inFile, $"'{file}'") : null;
        }
    }

    private static bool IsTrue(string? value) => value is not null && TrueValues.Contains(value, StringComparer.OrdinalIgnoreCase);

    private static string UserFolder()
    {
        string folder = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        return folder.Length > 0
            ? folder
            : throw new ModelLoadException($"This user has no home folder to keep models in. Set {nameof(ModelHubOptions.CacheFolder)}, HF_HUB_CACHE or HF_HOME.");
    }

    // As Python's expanduser and expandvars, in this order.
    private static string Expand(string path, Func<string, string?> variable)
    {
        string fromHome = path is "~" or ['~', '/' or '\\', ..] ? UserFolder() + path[1..] : path;
        return Variable().Replace(fromHome, match => variable(match.Groups["name"].Value) ?? match.Value);
    }

    private static string? ReadFile(string file)
    {
        try
        {
            return File.Exists(file) ? File.ReadAllText(file) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException(
                $"The token in '{file}' cannot be read: {exception.Message} Make the file readable, or set HF_HUB_DISABLE_IMPLICIT_TOKEN to 1 to do without.", file, exception);
        }
    }

    // The token itself must not get into a message, which ends up in a log.
    private static string? CheckToken(string token, string source)
    {
        string trimmed = token.Trim();
        return trimmed.All(c => c is > ' ' and < '\x7F')
            ? trimmed.Length > 0 ? trimmed : null
            : throw new ArgumentException($"The token of {source} has white space or other characters that no token has. Copy it again from the settings of your account.", nameof(token));
    }

    private static Uri ParseEndpoint(string address) => Uri.TryCreate(address, UriKind.Absolute, out Uri? endpoint)
        ? endpoint
        : throw new ArgumentException($"HF_ENDPOINT is '{address}', which is not an address. Set it to one such as '{DefaultEndpoint}'.", nameof(address));

    private static string CheckEndpoint(Uri endpoint, string source) =>
        endpoint is { IsAbsoluteUri: true, Scheme: "http" or "https", UserInfo: "", Query: "", Fragment: "" }
            ? endpoint.AbsoluteUri.TrimEnd('/')
            : throw new ArgumentException(
                $"{source} is not the address of a server: it has to begin with https:// or http://, and to be without a user, a query and a fragment, such as '{DefaultEndpoint}'. A token goes into {nameof(ModelHubOptions.Token)} or HF_TOKEN.",
                nameof(endpoint));

    [GeneratedRegex(@"\$(?:(?<name>\w+)|\{(?<name>[^}]+)\})", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Variable();
}

namespace Batching.AspNetCore.Program;

/// <summary>The options of the command line, which have the names of text-embeddings-inference where they mean the same.</summary>
internal static class ServerSwitches
{
    /// <summary>What has a name of its own.</summary>
    public static ServerSwitch[] All { get; } =
    [
        new("--model", "Batching:Classifier:ModelFolder", "The folder of the model. Default: the model that comes with the program, where there is one."),
        new(ModelId, "Batching:Classifier:ModelFolder", null),
        new("--precision", "Batching:Classifier:Precision", "Float32, Float16 or Int8. Default: the model's own."),
        new("--dtype", "Batching:Classifier:Precision", null),
        new("--max-input-length", "Batching:Classifier:MaxLength", "The most tokens of a text. Default: as many as the model takes."),
        new("--max-tokens-waiting", "Batching:Classifier:MaxTokensWaiting", "The most tokens that wait, and that one request may have. Default: 65536."),
        new("--hostname", "Batching:Server:Host", "The address to listen at. Default: 127.0.0.1, this machine only."),
        new("--port", "Batching:Server:Port", "The port to listen at; 0 for any. Default: 8080."),
        new("-p", "Batching:Server:Port", null),
        new("--urls", "urls", "Where to listen, in place of --hostname and --port: http://127.0.0.1:8080;..."),
        new("--served-model-name", "Batching:Server:ModelId", "What the server calls the model. Default: the name of its folder."),
        new("--max-concurrent-requests", "Batching:Server:MaxConcurrentRequests", "The most requests under way at a time. Default: 512."),
        new("--max-client-batch-size", "Batching:Server:MaxClientBatchSize", "The most texts of a request. Default: 32."),
        new("--payload-limit", "Batching:Server:MaxBodyBytes", "The largest body of a request, in bytes. Default: 2000000."),
        new("--auto-truncate", "Batching:Server:AutoTruncate", "Whether texts that are too long are cut: true or false. Default: true."),
        new("--api-key", "Batching:Server:ApiKey", "What clients have to send as 'Authorization: Bearer ...'. Default: nothing."),
        new("--environment", "environment", "Which appsettings.<environment>.json is read as well. Default: Production."),
    ];

    /// <summary>The name of the model in text-embeddings-inference, where it may be one of Hugging Face's hub.</summary>
    public const string ModelId = "--model-id";

    /// <summary>Options of text-embeddings-inference that mean nothing here, or something else, and what there is in their place.</summary>
    public static IReadOnlyDictionary<string, string> Foreign { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["--revision"] = "The server loads a folder: give that of the revision with --model.",
        ["--max-batch-tokens"] = "Batches are planned by what they cost here; --max-tokens-waiting limits the tokens of a request and of all that wait.",
        ["--max-batch-requests"] = "Batches are planned by what they cost here; --max-concurrent-requests limits the requests under way.",
        ["--tokenization-workers"] = "Texts are tokenized by the threads that read their requests.",
        ["--pooling"] = "It is for embeddings, and this server classifies.",
        ["--dense-path"] = "It is for embeddings, and this server classifies.",
        ["--default-prompt"] = "Texts are classified as they are sent.",
        ["--default-prompt-name"] = "Texts are classified as they are sent.",
        ["--hf-token"] = "The server downloads nothing: give the model's folder with --model.",
        ["--hf-api-token"] = "The server downloads nothing: give the model's folder with --model.",
        ["--huggingface-hub-cache"] = "The server downloads nothing: give the model's folder with --model.",
        ["--uds-path"] = "There is one process only.",
        ["--json-output"] = "Set --Logging:Console:FormatterName json.",
        ["--disable-spans"] = "Set --Logging:LogLevel:Default to what is to be logged.",
        ["--otlp-endpoint"] = "Metrics are at /metrics.",
        ["--otlp-service-name"] = "Metrics are at /metrics.",
        ["--prometheus-port"] = "Metrics are at /metrics, at the server's own port.",
        ["--cors-allow-origin"] = "Other origins' pages may not ask this server; put a proxy in front of it.",
    };
}

using System.Globalization;
using System.Reflection;
using Batching.AspNetCore.Endpoints;
using Batching.AspNetCore.Requests;
using Microsoft.Extensions.Options;

namespace Batching.AspNetCore.Operations;

/// <summary><c>GET /info</c>: the model and the limits.</summary>
internal sealed class InfoEndpoint(
    IOptions<ClassifierServerOptions> options, HostedClassifier classifier, ServedModel served, RequestRunner runner, IOptionsMonitor<SequenceClassifierHostingOptions> hosting) : IEndpoint
{
    public static EndpointDescription Description { get; } = new()
    {
        Path = "/info",
        Summary = "The model and the limits.",
        Answer = OperationsJson.Readable.ServerInfo,
        Errors = [StatusCodes.Status503ServiceUnavailable],
    };

    private static readonly string Version = typeof(InfoEndpoint).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    public Task RunAsync(HttpContext context)
    {
        runner.ThrowIfNotServing();
        SequenceClassifierHostingOptions model = hosting.Get(Options.DefaultName);
        SequenceClassifier loaded = classifier.Classifier;
        bool truncates = loaded.LongText == LongText.Truncate;
        var info = new ServerInfo
        {
            ModelId = served.Name,
            ModelSha = null,
            ModelDtype = DtypeOf(model),
            ModelType = new(StringComparer.Ordinal) { [loaded.Labels.Count == 1 ? "reranker" : "classifier"] = MapsOf(loaded.Labels) },
            MaxConcurrentRequests = options.Value.MaxConcurrentRequests,
            MaxInputLength = truncates ? loaded.Tokenizer.MaxLength : model.MaxTokensWaiting,
            MaxBatchTokens = model.MaxTokensWaiting,
            MaxClientBatchSize = options.Value.MaxClientBatchSize,
            AutoTruncate = options.Value.AutoTruncate && truncates,
            TokenizationWorkers = Environment.ProcessorCount,
            Version = Version,
        };
        return context.Response.WriteAsJsonAsync(info, OperationsJson.Readable.ServerInfo);
    }

    // A file of its own choice may have any, and so may a model from no folder.
    private string? DtypeOf(SequenceClassifierHostingOptions model)
    {
        ModelPrecision? precision = model.ModelFile is not null ? null : model.Precision ?? (model.ModelFolder is null ? null : ModelPrecision.Float32);
        return options.Value.ModelDtype ?? precision?.ToString().ToLowerInvariant();
    }

    private static LabelMaps MapsOf(IReadOnlyList<string> labels)
    {
        var idToLabel = new Dictionary<string, string>(StringComparer.Ordinal);
        var labelToId = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int id = 0; id < labels.Count; id++)
        {
            idToLabel[id.ToString(CultureInfo.InvariantCulture)] = labels[id];
            labelToId[labels[id]] = id;
        }

        return new LabelMaps(idToLabel, labelToId);
    }
}

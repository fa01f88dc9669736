using System.Globalization;
using System.Reflection;
using Batching;
using Microsoft.Extensions.Options;
using Server.Contract;
using Server.Requests;

namespace Server.Endpoints;

/// <summary><c>GET /info</c>: the model and the limits.</summary>
internal sealed class InfoEndpoint(
    ServerOptions options, HostedClassifier classifier, ServedModel served, RequestRunner runner, IOptionsMonitor<SequenceClassifierHostingOptions> hosting)
{
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
            MaxConcurrentRequests = options.MaxConcurrentRequests,
            MaxInputLength = truncates ? loaded.Tokenizer.MaxLength : model.MaxTokensWaiting,
            MaxBatchTokens = model.MaxTokensWaiting,
            MaxClientBatchSize = options.MaxClientBatchSize,
            AutoTruncate = options.AutoTruncate && truncates,
            TokenizationWorkers = Environment.ProcessorCount,
            Version = Version,
        };
        return context.Response.WriteAsJsonAsync(info, ContractJson.Readable.ServerInfo);
    }

    // A file of its own choice may have any.
    private static string? DtypeOf(SequenceClassifierHostingOptions model) =>
        model.ModelFile is not null ? null : (model.Precision ?? (model.ModelFolder is null ? ModelPrecision.Int8 : ModelPrecision.Float32)).ToString().ToLowerInvariant();

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

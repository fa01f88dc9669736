using System.Net;
using Batching;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using Server.Admission;
using Server.Contract;
using Server.Endpoints;
using Server.Requests;
using Server.Settings;
using Server.Telemetry;

namespace Server;

/// <summary>Puts the server together.</summary>
internal static class ServerApplication
{
    /// <param name="args">The command line.</param>
    /// <param name="configure">Changes the services before the application is built.</param>
    /// <exception cref="OptionsValidationException">A setting is not in its range.</exception>
    public static WebApplication Create(string[] args, Action<IServiceCollection>? configure = null)
    {
        Dictionary<string, string?> arguments = CommandLine.Read(args);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = arguments.GetValueOrDefault("environment"),
        });
        builder.Configuration.AddInMemoryCollection(arguments);
        ServerOptions options = ServerOptions.Read(builder.Configuration);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // RequestBody limits what is read. Past a limit of its own Kestrel would close the connection, and a client that
            // is still sending would never see the 413; what it sends now is discarded for some seconds.
            kestrel.Limits.MaxRequestBodySize = null;
            if (options.Urls is null)
            {
                kestrel.Listen(IPAddress.Parse(options.Host), options.Port);
            }
        });
        if (options.Urls is not null)
        {
            builder.WebHost.UseUrls([.. options.Urls.Select(address => address.ToString())]);
        }

        // The program says why it ends, in one line and not in a stack trace.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        AddServices(builder.Services, options, builder.Configuration);
        configure?.Invoke(builder.Services);
        WebApplication application = builder.Build();
        ILogger logger = application.Logger;
        application.Use((context, next) => Failures.AnswerAsync(context, next, logger));
        application.Use(application.Services.GetRequiredService<ApiKey>().CheckAsync);
        Map(application);
        return application;
    }

    private static void AddServices(IServiceCollection services, ServerOptions options, ConfigurationManager configuration)
    {
        services.AddSequenceClassifier(configuration.GetSection("Batching:Classifier"))
            .Configure<ServerMetrics>((classifier, metrics) =>
            {
                classifier.Load = classifier.ModelFolder is null ? static (_, settings) => Sst2.Load(settings) : null;
                classifier.ConfigureQueue = queue => queue with { BatchCompleted = metrics.Ran };
            });
        services.AddHealthChecks().AddSequenceClassifier();

        // Before the host's own, which refuses hosts without a word.
        services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter, FailuresOutermost>());
        services.Configure<HostFilteringOptions>(hosts => AllowHosts(hosts, options, configuration));
        services.AddSingleton(options);
        services.AddSingleton<ApiKey>();
        services.AddSingleton<PaddingListener>();
        services.AddSingleton<AnswerWriter>();
        services.AddSingleton<RequestBody>();
        services.AddSingleton<RequestBudget>();
        services.AddSingleton<RequestLimit>();
        services.AddSingleton<ServedModel>();
        services.AddSingleton<RequestRunner>();
        services.AddSingleton<ServerMetrics>();
        services.AddSingleton<PredictEndpoint>();
        services.AddSingleton<InferenceEndpoint>();
        services.AddSingleton<RerankEndpoint>();
        services.AddSingleton<TokenizeEndpoint>();
        services.AddSingleton<InspectEndpoint>();
        services.AddSingleton<InfoEndpoint>();
        services.AddSingleton<HealthEndpoint>();
        services.AddSingleton<StatusEndpoint>();
        services.ConfigureHttpJsonOptions(json =>
        {
            // The endpoints write by ContractJson itself; by these options they are described.
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ContractJson.Readable);
            json.SerializerOptions.PropertyNamingPolicy = ContractJson.Readable.Options.PropertyNamingPolicy;
            json.SerializerOptions.NumberHandling = ContractJson.Readable.Options.NumberHandling;
        });
        services.AddOpenApi(document => document.AddSchemaTransformer(new InputSchemas(options.MaxClientBatchSize)));
        services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService("batching-server")).WithMetrics(metrics => metrics
            .AddMeter("Batching", ServerMetrics.MeterName)
            .AddPrometheusExporter(exporter =>
            {
                exporter.DisableTotalNameSuffixForCounters = true;
                exporter.ScrapeResponseCacheDurationMilliseconds = 0;
            }));
    }

    // A page on the web may have its name lead to this machine, and so ask what only this machine is to ask.
    private static void AllowHosts(HostFilteringOptions hosts, ServerOptions options, ConfigurationManager configuration)
    {
        string[] configured = configuration["AllowedHosts"]?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        string[] loopback = ["localhost", "127.0.0.1", "[::1]"];
        hosts.IncludeFailureMessage = false;
        hosts.AllowedHosts = configured.Length > 0 ? configured
            : options.Addresses.All(ListeningAddresses.IsLoopback) ? [.. loopback.Union(options.Addresses.Where(address => !address.IsUnixPipe).Select(address => address.Host), StringComparer.OrdinalIgnoreCase)]
            : ["*"];
    }

    private static void Map(WebApplication application)
    {
        RouteGroupBuilder limited = application.MapGroup("");
        limited.AddEndpointFilter(application.Services.GetRequiredService<RequestLimit>());
        limited.MapPost("/predict", static (HttpContext context, PredictEndpoint endpoint) => endpoint.RunAsync(context))
            .AddOpenApiOperationTransformer(static (operation, _, _) => DescribeOneOrMany(operation))
            .Describe<PredictRequest, Prediction[][]>("Classifies texts, as text-embeddings-inference does: a list of labels for one text or pair, a list of such lists for a batch.");
        limited.MapPost("/", static (HttpContext context, InferenceEndpoint endpoint) => endpoint.RunAsync(context))
            .Describe<InferenceRequest, Prediction[][]>("Classifies texts, as Hugging Face's inference API does.");
        limited.MapPost("/rerank", static (HttpContext context, RerankEndpoint endpoint) => endpoint.RunAsync(context))
            .Describe<RerankRequest, RankedText[]>("Ranks texts by how well they answer a query.");
        limited.MapPost("/tokenize", static (HttpContext context, TokenizeEndpoint endpoint) => endpoint.RunAsync(context))
            .Describe<TokenizeRequest, TokenInfo[][]>("Gives the tokens of texts.");
        limited.MapPost("/inspect", static (HttpContext context, InspectEndpoint endpoint) => endpoint.RunAsync(context))
            .Describe<InspectRequest, InspectedBatch>("Shows texts as a padded batch, and what the model says of them.");
        application.MapGet("/info", static (HttpContext context, InfoEndpoint endpoint) => endpoint.RunAsync(context))
            .AnswerHead()
            .Describe<ServerInfo>("The model and the limits.");
        application.MapGet("/health", static (HttpContext context, HealthEndpoint endpoint) => endpoint.RunAsync(context))
            .AnswerHead()
            .Describe<HealthBody>("Whether to send texts here.");
        application.MapGet("/health/live", static (HttpContext context, HealthEndpoint endpoint) => endpoint.RunLiveAsync(context))
            .AnswerHead()
            .Describe<HealthBody>("Whether the process gets on; if not, it has to be restarted.");
        application.MapGet("/status", static (HttpContext context, StatusEndpoint endpoint) => endpoint.RunAsync(context))
            .AnswerHead()
            .Describe<StatusBody>("The figures of this moment.");
        application.MapGet("/", static (HttpContext context, HealthEndpoint health) =>
        {
            context.Response.Headers.Vary = "Accept";
            return context.Request.PrefersHtml() ? PageEndpoint.HtmlAsync(context) : health.RunAsync(context);
        }).AnswerHead().ExcludeFromDescription();
        application.MapGet("/page.css", PageEndpoint.StyleAsync).AnswerHead();
        application.MapGet("/page.js", PageEndpoint.ScriptAsync).AnswerHead();
        application.MapPrometheusScrapingEndpoint("/metrics").AnswerHead();
        application.MapOpenApi("/openapi.json").AnswerHead();

        // Listens from here on, not from the first look at the page.
        application.Services.GetRequiredService<PaddingListener>();
    }

    // As HTTP has it of every GET, and as container health checks ask. The server sends no body then.
    private static T AnswerHead<T>(this T endpoint)
        where T : IEndpointConventionBuilder => endpoint.WithMetadata(new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head]));

    private static void Describe<TRequest, TResponse>(this RouteHandlerBuilder endpoint, string summary)
        where TRequest : notnull
    {
        endpoint.Accepts<TRequest>("application/json");
        endpoint.Describe<TResponse>(summary);
        foreach (int status in (int[])[400, 404, 408, 413, 415, 422, 424, 429])
        {
            endpoint.Produces<ErrorBody>(status);
        }
    }

    // A flat list answers what was no batch.
    private static Task DescribeOneOrMany(OpenApiOperation operation)
    {
        OpenApiMediaType answer = operation.Responses!["200"].Content!["application/json"];
        answer.Schema = new OpenApiSchema { OneOf = [answer.Schema!.Items!, answer.Schema!] };
        return Task.CompletedTask;
    }

    private static void Describe<TResponse>(this RouteHandlerBuilder endpoint, string summary) =>
        endpoint.WithSummary(summary).Produces<TResponse>().Produces<ErrorBody>(StatusCodes.Status503ServiceUnavailable);
}

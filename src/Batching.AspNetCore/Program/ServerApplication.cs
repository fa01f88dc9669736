using System.Net;
using Batching.AspNetCore.Admission;
using Batching.AspNetCore.Endpoints;
using Batching.AspNetCore.Requests;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Options;

namespace Batching.AspNetCore.Program;

/// <summary>Puts the program together: an application that has the endpoints of the classifier and nothing else.</summary>
internal static class ServerApplication
{
    private const string ServerSection = "Batching:Server";
    private const string ClassifierSection = "Batching:Classifier";

    // What a server wants otherwise than an application with a classifier in it. Every other source of settings is stronger.
    private static readonly Dictionary<string, string?> Defaults = new(StringComparer.Ordinal)
    {
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
        [$"{ClassifierSection}:LoadInBackground"] = "true",
        [$"{ClassifierSection}:RequestTimeout"] = "30s",
    };

    /// <param name="args">The command line.</param>
    /// <param name="program">Its default model.</param>
    /// <param name="configure">Changes the services before the application is built.</param>
    /// <exception cref="OptionsValidationException">A setting is not in its range.</exception>
    public static WebApplication Create(string[] args, ClassifierServerProgram program, Action<IServiceCollection>? configure = null)
    {
        Dictionary<string, string?> arguments = CommandLine.Read(args);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = arguments.GetValueOrDefault("environment"),
        });
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = Defaults });
        builder.Configuration.AddInMemoryCollection(arguments);
        ConfigurationKeys.Check(builder.Configuration);
        var listening = ListeningOptions.Read(builder.Configuration, ServerSection);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // RequestBody limits what is read. Past a limit of its own Kestrel would close the connection, and a client that
            // is still sending would never see the 413; what it sends now is discarded for some seconds.
            kestrel.Limits.MaxRequestBodySize = null;
            if (listening.Urls is null)
            {
                kestrel.Listen(IPAddress.Parse(listening.Host), listening.Port);
            }
        });
        if (listening.Urls is not null)
        {
            builder.WebHost.UseUrls([.. listening.Urls.Select(address => address.ToString())]);
        }

        // The program says why it ends, in one line and not in a stack trace.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        AddServices(builder, program, listening);
        configure?.Invoke(builder.Services);
        WebApplication application = builder.Build();

        // A setting that cannot be is refused before anything is started.
        _ = application.Services.GetRequiredService<IOptions<ClassifierServerOptions>>().Value;
        application.Use(AskForKeyAsync);
        application.MapClassifiers();
        return application;
    }

    private static void AddServices(WebApplicationBuilder builder, ClassifierServerProgram program, ListeningOptions listening)
    {
        IServiceCollection services = builder.Services;
        services.AddSequenceClassifier(builder.Configuration.GetSection(ClassifierSection), classifier => UseDefaultModel(classifier, program));
        services.AddClassifierServer(ServerOptionsOf(builder.Configuration))
            .Configure<IOptions<SequenceClassifierHostingOptions>>((server, classifier) => DescribeDefaultModel(server, classifier.Value, program));

        // Before the host's own, which refuses hosts without a word.
        services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter, FailuresOutermost>());
        services.Configure<HostFilteringOptions>(hosts => AllowHosts(hosts, listening, builder.Configuration));
    }

    private static void UseDefaultModel(SequenceClassifierHostingOptions classifier, ClassifierServerProgram program)
    {
        if (classifier.ModelFolder is null && program.LoadDefaultModel is { } load)
        {
            classifier.Load = (_, settings) => load(settings);
        }
    }

    private static void DescribeDefaultModel(ClassifierServerOptions server, SequenceClassifierHostingOptions classifier, ClassifierServerProgram program)
    {
        if (classifier.ModelFolder is null)
        {
            server.ModelId ??= program.DefaultModelId;
            server.ModelDtype ??= classifier.Precision is null ? program.DefaultModelDtype : null;
        }
    }

    // Where to listen is in the same section.
    private static IConfigurationSection ServerOptionsOf(ConfigurationManager configuration) => new ConfigurationBuilder()
        .AddInMemoryCollection(configuration.GetSection(ServerSection).AsEnumerable()
            .Where(static setting => !ListeningOptions.Names.Contains(setting.Key[(setting.Key.LastIndexOf(':') + 1)..], StringComparer.OrdinalIgnoreCase)))
        .Build()
        .GetSection(ServerSection);

    // The endpoints ask for it themselves; without it nobody learns either what else there is not.
    private static async Task AskForKeyAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<EndpointDescription>() is null)
        {
            try
            {
                context.RequestServices.GetRequiredService<ApiKey>().Check(context, EndpointAccess.Key);
            }
            catch (RequestException refusal)
            {
                await Failures.WriteAsync(context, refusal);
                return;
            }
        }

        await next(context);
    }

    // A page on the web may have its name lead to this machine, and so ask what only this machine is to ask.
    private static void AllowHosts(HostFilteringOptions hosts, ListeningOptions listening, ConfigurationManager configuration)
    {
        string[] configured = configuration["AllowedHosts"]?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        string[] loopback = ["localhost", "127.0.0.1", "[::1]"];
        hosts.IncludeFailureMessage = false;
        hosts.AllowedHosts = configured.Length > 0 ? configured
            : listening.Addresses.All(ListeningAddresses.IsLoopback) ? [.. loopback.Union(listening.Addresses.Where(address => !address.IsUnixPipe).Select(address => address.Host), StringComparer.OrdinalIgnoreCase)]
            : ["*"];
    }
}

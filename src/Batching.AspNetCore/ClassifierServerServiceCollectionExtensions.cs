using Batching;
using Batching.AspNetCore.Admission;
using Batching.AspNetCore.Endpoints;
using Batching.AspNetCore.Operations;
using Batching.AspNetCore.Requests;
using Batching.AspNetCore.Settings;
using Batching.AspNetCore.Telemetry;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds what <c>app.MapClassifiers()</c> needs to an application's services.</summary>
/// <remarks>
/// <code>
/// var builder = WebApplication.CreateSlimBuilder(args);
/// builder.Services.AddSequenceClassifier(options => options.ModelFolder = "models/sst2");
/// builder.Services.AddClassifierServer(options => options.MaxClientBatchSize = 64);
///
/// var app = builder.Build();
/// app.MapClassifiers();
/// app.Run();
/// </code>
/// <para>
/// What is the application's own stays as it is: its routes, what it does with exceptions, its options for JSON, its health
/// checks, its documents of OpenAPI, and what it exports of its metrics.
/// </para>
/// </remarks>
public static class ClassifierServerServiceCollectionExtensions
{
    /// <summary>Adds the endpoints for the classifier that <c>AddSequenceClassifier</c> adds without a name, before or after.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options; null where they are configured elsewhere.</param>
    /// <returns>The options, to configure further.</returns>
    /// <exception cref="InvalidOperationException">They were added already.</exception>
    public static OptionsBuilder<ClassifierServerOptions> AddClassifierServer(
        this IServiceCollection services, Action<ClassifierServerOptions>? configure = null) =>
        services.Add(configuration: null, configure);

    /// <summary>Adds the endpoints, with options from the configuration, for the classifier that <c>AddSequenceClassifier</c> adds without a name.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The section whose keys are the options. A key that is no option is refused at the start.</param>
    /// <param name="configure">Sets options after the configuration has; null for none.</param>
    /// <returns>The options, to configure further.</returns>
    /// <exception cref="InvalidOperationException">They were added already.</exception>
    public static OptionsBuilder<ClassifierServerOptions> AddClassifierServer(
        this IServiceCollection services, IConfiguration configuration, Action<ClassifierServerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return services.Add(configuration, configure);
    }

    private static OptionsBuilder<ClassifierServerOptions> Add(
        this IServiceCollection services, IConfiguration? configuration, Action<ClassifierServerOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.Any(service => service.ServiceType == typeof(EndpointGuard)))
        {
            throw new InvalidOperationException($"The server was added already. Call {nameof(AddClassifierServer)} once, and configure the options that it returns.");
        }

        services.AddRouting();
        services.AddMetrics();
        services.AddOpenApiDescription();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ClassifierServerOptions>, ClassifierServerOptionsValidator>());
        services.AddSingleton<AnswerWriter>();
        services.AddSingleton<ApiKey>();
        services.AddSingleton<ClassifierHealth>();
        services.AddSingleton<EndpointGuard>();
        services.AddSingleton<HealthAnswer>();
        services.AddSingleton<MetricsExport>();
        services.AddSingleton<PaddingListener>();
        services.AddSingleton<RequestBody>();
        services.AddSingleton<RequestBudget>();
        services.AddSingleton<RequestLimit>();
        services.AddSingleton<RequestRunner>();
        services.AddSingleton<ServedModel>();
        services.AddSingleton<ServerMetrics>();
        foreach (EndpointRegistration endpoint in EndpointTable.All)
        {
            endpoint.AddTo(services);
        }

        // After whatever else the application has its queue do.
        services.AddOptions<SequenceClassifierHostingOptions>().PostConfigure<ServerMetrics>(static (classifier, metrics) =>
        {
            Func<ClassificationQueueOptions, ClassificationQueueOptions>? configureQueue = classifier.ConfigureQueue;
            classifier.ConfigureQueue = queue =>
            {
                queue = configureQueue?.Invoke(queue) ?? queue;
                return queue with { BatchCompleted = queue.BatchCompleted + metrics.Ran };
            };
        });

        OptionsBuilder<ClassifierServerOptions> options = services.AddOptions<ClassifierServerOptions>().ValidateOnStart();
        if (configuration is not null)
        {
            options.Configure(values => OptionsBinding.Bind(configuration, values));
        }

        return configure is null ? options : options.Configure(configure);
    }
}

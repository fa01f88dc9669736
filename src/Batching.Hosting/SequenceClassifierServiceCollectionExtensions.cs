using System.Diagnostics.Metrics;
using Batching;
using Batching.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds sequence classifiers to an application's services.</summary>
/// <remarks>
/// <para>A web application with one model:</para>
/// <code>
/// var builder = WebApplication.CreateSlimBuilder(args);
/// builder.Services.AddSequenceClassifier(options => options.ModelFolder = "models/sst2");
/// builder.Services.AddHealthChecks().AddSequenceClassifier();
///
/// var app = builder.Build();
/// app.MapGet("/sentiment", async (string text, ISequenceClassifier classifier, CancellationToken cancellationToken) =>
///     (await classifier.ClassifyAsync(text, cancellationToken)).Label);
/// app.MapHealthChecks("/health/live", new() { Predicate = check => check.Tags.Contains("live") });
/// app.MapHealthChecks("/health/ready", new() { Predicate = check => check.Tags.Contains("ready") });
/// app.Run();
/// </code>
/// <para>A worker with two, whose options are in the sections <c>Classifiers:Sentiment</c> and <c>Classifiers:Topic</c>:</para>
/// <code>
/// var builder = Host.CreateApplicationBuilder(args);
/// IConfiguration classifiers = builder.Configuration.GetSection("Classifiers");
/// builder.Services.AddSequenceClassifier("sentiment", classifiers.GetSection("Sentiment"));
/// builder.Services.AddSequenceClassifier("topic", classifiers.GetSection("Topic"));
/// builder.Services.AddHostedService&lt;Worker&gt;();
/// builder.Build().Run();
///
/// internal sealed class Worker(
///     [FromKeyedServices("sentiment")] ISequenceClassifier sentiment,
///     [FromKeyedServices("topic")] ISequenceClassifier topic) : BackgroundService
/// {
///     protected override async Task ExecuteAsync(CancellationToken stoppingToken)
///     {
///         Classification mood = await sentiment.ClassifyAsync("A gripping, funny film.", stoppingToken);
///         Classification about = await topic.ClassifyAsync("A gripping, funny film.", stoppingToken);
///         Console.WriteLine($"{mood.Label} {about.Label}");
///     }
/// }
/// </code>
/// <para>
/// What is added each time: <see cref="ISequenceClassifier"/>, what most code takes; <see cref="HostedClassifier"/>, the same
/// object with its state, its queue and its reload; and a hosted service that loads the model before the host's other
/// services start, which fails the start where that cannot be done, and stops it after they have stopped. With
/// <see cref="SequenceClassifierHostingOptions.LoadInBackground"/> the host starts at once, and the model is loaded meanwhile.
/// </para>
/// </remarks>
public static class SequenceClassifierServiceCollectionExtensions
{
    /// <summary>Adds the classifier that is resolved without a key.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options; null where they are configured elsewhere.</param>
    /// <returns>The options, to configure further, for instance with other services at hand.</returns>
    /// <exception cref="InvalidOperationException">One was added already.</exception>
    public static OptionsBuilder<SequenceClassifierHostingOptions> AddSequenceClassifier(
        this IServiceCollection services, Action<SequenceClassifierHostingOptions>? configure = null) =>
        services.Add(name: null, configuration: null, configure);

    /// <summary>Adds the classifier that is resolved without a key, with options from the configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The section whose keys are the options. A key that is no option is refused at the start.</param>
    /// <param name="configure">Sets options after the configuration has; null for none.</param>
    /// <returns>The options, to configure further, for instance with other services at hand.</returns>
    /// <exception cref="InvalidOperationException">One was added already.</exception>
    public static OptionsBuilder<SequenceClassifierHostingOptions> AddSequenceClassifier(
        this IServiceCollection services, IConfiguration configuration, Action<SequenceClassifierHostingOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return services.Add(name: null, configuration, configure);
    }

    /// <summary>Adds a classifier that is resolved by its name: <c>[FromKeyedServices("sst2")] ISequenceClassifier classifier</c>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The key of the services, the name of the options, and what logs, health checks and metrics call it.</param>
    /// <param name="configure">Sets the options; null where they are configured elsewhere.</param>
    /// <returns>The options, to configure further, for instance with other services at hand.</returns>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    /// <exception cref="InvalidOperationException">One of that name was added already.</exception>
    public static OptionsBuilder<SequenceClassifierHostingOptions> AddSequenceClassifier(
        this IServiceCollection services, string name, Action<SequenceClassifierHostingOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return services.Add(name, configuration: null, configure);
    }

    /// <summary>Adds a classifier that is resolved by its name, with options from the configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The key of the services, the name of the options, and what logs, health checks and metrics call it.</param>
    /// <param name="configuration">The section whose keys are the options. A key that is no option is refused at the start.</param>
    /// <param name="configure">Sets options after the configuration has; null for none.</param>
    /// <returns>The options, to configure further, for instance with other services at hand.</returns>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    /// <exception cref="InvalidOperationException">One of that name was added already.</exception>
    public static OptionsBuilder<SequenceClassifierHostingOptions> AddSequenceClassifier(
        this IServiceCollection services,
        string name,
        IConfiguration configuration,
        Action<SequenceClassifierHostingOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(configuration);
        return services.Add(name, configuration, configure);
    }

    // A null name adds services without a key.
    private static OptionsBuilder<SequenceClassifierHostingOptions> Add(
        this IServiceCollection services,
        string? name,
        IConfiguration? configuration,
        Action<SequenceClassifierHostingOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.Any(service => service.ServiceType == typeof(HostedClassifier) && Equals(service.ServiceKey, name)))
        {
            throw new InvalidOperationException(name is null
                ? $"A sequence classifier without a name was added already. Give the second one a name: {nameof(AddSequenceClassifier)}(\"name\", ...)."
                : $"A sequence classifier '{name}' was added already. Give each its own name.");
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<
            IValidateOptions<SequenceClassifierHostingOptions>, SequenceClassifierHostingOptionsValidator>());
        services.TryAddSingleton(provider => new HostingTelemetry(provider.GetService<IMeterFactory>()));
        services.AddKeyedSingleton(name, (provider, _) => new HostedClassifier(
            name,
            provider.GetRequiredService<IOptionsMonitor<SequenceClassifierHostingOptions>>().Get(name),
            provider,
            provider.GetRequiredService<HostingTelemetry>(),
            provider.GetService<TimeProvider>() ?? TimeProvider.System,
            Logger(provider)));
        services.AddKeyedSingleton<ISequenceClassifier>(name, (provider, _) => provider.GetRequiredKeyedService<HostedClassifier>(name));
        services.AddSingleton<IHostedService>(provider => new ClassifierLifecycle(
            provider.GetRequiredKeyedService<HostedClassifier>(name),
            provider.GetRequiredService<IHostApplicationLifetime>(),
            Logger(provider)));

        OptionsBuilder<SequenceClassifierHostingOptions> options = services
            .AddOptions<SequenceClassifierHostingOptions>(name ?? Options.Options.DefaultName)
            .ValidateOnStart();
        if (configuration is not null)
        {
            options.Configure(values => ConfigurationBinding.Bind(configuration, options.Name, values));
        }

        return configure is null ? options : options.Configure(configure);
    }

    private static ILogger Logger(IServiceProvider provider) =>
        provider.GetService<ILogger<HostedClassifier>>() ?? NullLogger<HostedClassifier>.Instance;
}

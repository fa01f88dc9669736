using Microsoft.Extensions.Hosting;

namespace Batching.Hosting;

/// <summary>Loads a classifier before the host's other services start, and stops it after they have stopped.</summary>
/// <remarks>
/// Web servers and workers that classify are services of the host as well, in an order that the application chooses: so
/// that none of them meets a classifier that is not loaded yet or has stopped, this happens around all of them.
/// </remarks>
internal sealed class ClassifierLifecycle(HostedClassifier classifier) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => classifier.LoadAsync(cancellationToken);

    // For hosts that know nothing of lifecycles, such as the WebHost of old.
    public Task StartAsync(CancellationToken cancellationToken) => classifier.LoadAsync(cancellationToken);

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        classifier.AnnounceStop();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => classifier.StopAsync(cancellationToken);
}

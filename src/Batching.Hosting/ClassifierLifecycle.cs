using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Batching.Hosting;

/// <summary>Loads a classifier before the host's other services start, or beside them, and stops it after they have stopped.</summary>
/// <remarks>
/// Web servers and workers that classify are services of the host as well, in an order that the application chooses: so
/// that none of them meets a classifier that has stopped, or is not loaded yet unless that is wanted, this happens around all
/// of them.
/// </remarks>
internal sealed class ClassifierLifecycle(HostedClassifier classifier, IHostApplicationLifetime application, ILogger logger) : IHostedLifecycleService
{
    private Task? backgroundLoad;
    private ExceptionDispatchInfo? failure;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        if (!classifier.LoadsInBackground)
        {
            return classifier.LoadAsync(cancellationToken);
        }

        // Called once more by StartAsync.
        backgroundLoad ??= LoadInBackgroundAsync();
        return Task.CompletedTask;
    }

    // For hosts that know nothing of lifecycles, such as the WebHost of old.
    public Task StartAsync(CancellationToken cancellationToken) => StartingAsync(cancellationToken);

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        classifier.AnnounceStop();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await classifier.StopAsync(cancellationToken).ConfigureAwait(false);
        await (backgroundLoad ?? Task.CompletedTask).ConfigureAwait(false);

        // Whoever runs the host learns of it as of a failed start, and the process does not end as if all had gone well.
        failure?.Throw();
    }

    private async Task LoadInBackgroundAsync()
    {
        try
        {
            await classifier.LoadAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (QueueStoppedException) when (classifier.State is HostedClassifierState.Stopping or HostedClassifierState.Stopped)
        {
            // It stops before it was loaded.
        }
        catch (Exception exception)
        {
            logger.LoadFailed(exception, classifier.ModelName);
            failure = ExceptionDispatchInfo.Capture(exception);

            // A stop in the midst of the start would end it with a cancellation, which says nothing of the reason.
            application.ApplicationStarted.UnsafeRegister(static state => ((IHostApplicationLifetime)state!).StopApplication(), application);
        }
    }
}

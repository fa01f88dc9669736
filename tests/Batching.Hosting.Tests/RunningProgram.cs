using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Batching.Hosting.Tests;

/// <summary>A program that builds a host and runs it, with no way in or out but that host.</summary>
internal sealed class RunningProgram : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
{
    // Other tests build hosts at the same time.
    private static readonly AsyncLocal<RunningProgram?> Current = new();

    private readonly Action<IHostBuilder> configure;
    private readonly TaskCompletionSource<IHost> started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<IDisposable> subscriptions = [];
    private readonly Task run;

    /// <param name="main">The program.</param>
    /// <param name="args">Its command line.</param>
    /// <param name="configure">Changes the host before it is built.</param>
    public RunningProgram(Action<string[]> main, string[] args, Action<IHostBuilder> configure)
    {
        this.configure = configure;
        subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));
        run = Task.Run(() =>
        {
            Current.Value = this;
            main(args);
        });
    }

    /// <summary>The host, once it has started.</summary>
    public async Task<IHost> StartedAsync()
    {
        await Task.WhenAny(started.Task, run).WaitAsync(TestHost.Patience);
        if (run.IsFaulted)
        {
            await run;
        }

        return await started.Task.WaitAsync(TestHost.Patience);
    }

    /// <summary>Has the program come to its end.</summary>
    public async Task StopAsync()
    {
        IHost host = await StartedAsync();
        host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await run.WaitAsync(TestHost.Patience);
    }

    public void OnNext(DiagnosticListener value)
    {
        if (string.Equals(value.Name, "Microsoft.Extensions.Hosting", StringComparison.Ordinal))
        {
            subscriptions.Add(value.Subscribe(this));
        }
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (Current.Value != this)
        {
            return;
        }

        switch (value)
        {
            case { Key: "HostBuilding", Value: IHostBuilder builder }:
                configure(builder);
                break;
            case { Key: "HostBuilt", Value: IHost host }:
                host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted.Register(() => started.TrySetResult(host));
                break;
        }
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    public void Dispose() => subscriptions.ForEach(subscription => subscription.Dispose());
}

using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Batching.Hosting.Tests;

/// <summary>Keeps what hosted classifiers log, and lets a test wait for it.</summary>
internal sealed class LogRecorder : ILoggerProvider, ILogger
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<string>> events = new(StringComparer.Ordinal);

    /// <summary>The messages of the classifiers, in the order in which they came.</summary>
    public ConcurrentQueue<string> Messages { get; } = [];

    /// <summary>The first message of an event.</summary>
    public Task<string> FirstAsync(string name) => EventOf(name).Task.WaitAsync(TestHost.Patience);

    public ILogger CreateLogger(string categoryName) =>
        categoryName == typeof(HostedClassifier).FullName ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        string message = formatter(state, exception);
        Messages.Enqueue(message);
        EventOf(eventId.Name!).TrySetResult(message);
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Dispose()
    {
    }

    private TaskCompletionSource<string> EventOf(string name) =>
        events.GetOrAdd(name, _ => new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));
}

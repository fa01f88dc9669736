using Microsoft.ML.OnnxRuntime;

namespace Batching.Inference;

/// <summary>Runs of one worker, one after the other, that a token stops: also the one in flight.</summary>
/// <remarks>Dispose of it when the last of its runs has returned.</remarks>
internal sealed class StoppableRuns : IDisposable
{
    private readonly CancellationTokenRegistration registration;

    public StoppableRuns(CancellationToken cancellationToken)
    {
        Token = cancellationToken;
        registration = cancellationToken.UnsafeRegister(static options => ((RunOptions)options!).Terminate = true, Options);
    }

    public CancellationToken Token { get; }

    // What goes wrong is thrown; nothing is to be written to the process's standard error besides.
    public RunOptions Options { get; } = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };

    public void Dispose()
    {
        // Waits for the callback, so that it never meets options already freed.
        registration.Dispose();
        Options.Dispose();
    }
}

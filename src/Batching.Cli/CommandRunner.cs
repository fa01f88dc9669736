using Batching;
using Classify.Outputs;
using System.CommandLine;

namespace Classify;

/// <summary>Runs a command, and makes of every failure one sentence and an exit code.</summary>
internal static class CommandRunner
{
    public static void SetAction(Command command, Func<ParseResult, CancellationToken, Task> run) =>
        command.SetAction((line, cancellationToken) => RunAsync(() => run(line, cancellationToken), Console.Error));

    public static async Task<int> RunAsync(Func<Task> run, TextWriter error)
    {
        try
        {
            await run();
            return ExitCode.Ok;
        }
        catch (BrokenPipeException)
        {
            // The reader has what it wanted, as in "classify ... | head -1".
            return ExitCode.Ok;
        }
        catch (CommandException exception)
        {
            return await FailAsync(error, exception.ExitCode, exception.Message);
        }
        catch (ModelLoadException exception)
        {
            return await FailAsync(error, ExitCode.Model, exception.Message);
        }
        catch (OperationCanceledException)
        {
            return await FailAsync(error, ExitCode.Cancelled, "Cancelled.");
        }
        catch (Exception exception) when (exception is ModelRunException or IOException or UnauthorizedAccessException)
        {
            return await FailAsync(error, ExitCode.Failed, exception.Message);
        }
    }

    private static async Task<int> FailAsync(TextWriter error, int exitCode, string message)
    {
        await error.WriteLineAsync(message);
        return exitCode;
    }
}

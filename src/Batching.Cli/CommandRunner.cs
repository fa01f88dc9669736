using System.CommandLine;

namespace Batching.Cli;

/// <summary>Runs a command, and makes of every failure one sentence and an exit code.</summary>
internal static class CommandRunner
{
    public static void SetAction(Command command, Func<ParseResult, CancellationToken, Task> run) =>
        command.SetAction((line, cancellationToken) => RunAsync(() => run(line, cancellationToken), Console.Error, command));

    /// <param name="run">What is done.</param>
    /// <param name="error">Takes the sentence.</param>
    /// <param name="command">Whose options mend what is wrong; null where there are none.</param>
    public static async Task<int> RunAsync(Func<Task> run, TextWriter error, Command? command = null)
    {
        try
        {
            await run();
            return ExitCode.Ok;
        }
        catch (OutputClosedException)
        {
            // The reader has what it wanted, as in "batching classify ... | head -1".
            return ExitCode.Ok;
        }
        catch (CommandException exception)
        {
            return await FailAsync(error, exception.ExitCode, exception.Message);
        }
        catch (RowsException exception)
        {
            return await FailAsync(
                error,
                exception.IsRefusal ? ExitCode.Usage : ExitCode.Failed,
                RowOptions.NamedFor(exception, command) is { } option ? $"{exception.Message} See {option}." : exception.Message);
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

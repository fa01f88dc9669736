using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using Batching.AspNetCore.Program;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Batching;

/// <summary>A whole program that serves a classifier, from the arguments to the exit code.</summary>
/// <remarks>
/// <code>
/// return await ClassifierServer.RunAsync(args, new ClassifierServerProgram { LoadDefaultModel = options => Sst2.Load(options) });
/// </code>
/// <para>
/// For an application with routes of its own, see <c>AddClassifierServer</c> and <c>MapClassifiers</c>: they add the same
/// endpoints to it.
/// </para>
/// </remarks>
public static class ClassifierServer
{
    /// <summary>Runs the server until it is stopped, by SIGTERM, SIGINT, SIGQUIT, SIGHUP or the token; what was taken is answered.</summary>
    /// <param name="args">The command line; <c>--help</c> lists the options. What is misspelt is refused.</param>
    /// <param name="program">The program's name and its default model; null for none of both.</param>
    /// <param name="cancellationToken">Stops the server.</param>
    /// <returns>
    /// The exit code: 0 when it was stopped, 2 for a setting that cannot be, 3 for a model that cannot be loaded, 4 for an
    /// address that cannot be listened at. Why is written to the standard error, in a line.
    /// </returns>
    public static async Task<int> RunAsync(
        string[] args, ClassifierServerProgram? program = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(args);
        program ??= new ClassifierServerProgram();
        if (CommandLine.WantsHelp(args))
        {
            await Console.Out.WriteLineAsync(Help.Of(program));
            return ExitCode.Stopped;
        }

        try
        {
            await using WebApplication application = ServerApplication.Create(args, program);

            // As for the signals that the host knows: what was taken is answered.
            using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
            {
                signal.Cancel = true;
                application.Lifetime.StopApplication();
            });
            await application.RunAsync(cancellationToken);
            return ExitCode.Stopped;
        }
        catch (OptionsValidationException exception)
        {
            await Console.Error.WriteLineAsync(string.Join(Environment.NewLine, exception.Failures));
            return ExitCode.Setting;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidDataException)
        {
            // An option that is out of the range of this model, such as more tokens than it has positions for; or a file of settings that is no JSON.
            await Console.Error.WriteLineAsync(exception.Message);
            return ExitCode.Setting;
        }
        catch (Exception exception) when (exception is SocketException or IOException { InnerException: AddressInUseException })
        {
            await Console.Error.WriteLineAsync($"The address cannot be listened at: {exception.Message.TrimEnd('.')}. Choose another with --hostname and --port, or end the program that has it.");
            return ExitCode.Address;
        }
        catch (Exception exception) when (exception is ModelLoadException or ModelRunException or IOException or JsonException or FormatException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return ExitCode.Model;
        }
    }
}

using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using Batching;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Server;
using Server.Settings;

if (CommandLine.WantsHelp(args))
{
    await Console.Out.WriteLineAsync(Help.Text);
    return ExitCode.Stopped;
}

try
{
    await using WebApplication application = ServerApplication.Create(args);

    // As for the signals that the host knows: what was taken is answered.
    using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
    {
        signal.Cancel = true;
        application.Lifetime.StopApplication();
    });
    await application.RunAsync();
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

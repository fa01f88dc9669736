using System.Text.Json;
using Batching;
using Microsoft.Extensions.Options;
using Server;

try
{
    await using WebApplication application = ServerApplication.Create(args);
    await application.RunAsync();
    return 0;
}
catch (OptionsValidationException exception)
{
    await Console.Error.WriteLineAsync(string.Join(Environment.NewLine, exception.Failures));
    return 2;
}
catch (ArgumentException exception)
{
    // An option that is out of the range of this model, such as more tokens than it has positions for.
    await Console.Error.WriteLineAsync(exception.Message);
    return 2;
}
catch (Exception exception) when (exception is ModelLoadException or ModelRunException or IOException or JsonException or FormatException)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 3;
}

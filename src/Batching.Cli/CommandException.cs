using System.Diagnostics.CodeAnalysis;

namespace Batching.Cli;

/// <summary>Ends a command with a sentence for people and a code for scripts.</summary>
/// <param name="exitCode">One of <see cref="Batching.Cli.ExitCode"/>.</param>
/// <param name="message">Names the file, the line and the fix.</param>
/// <param name="innerException">What went wrong, where something else says so.</param>
[SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "Without a code there is nothing to return.")]
[SuppressMessage("Design", "CA1064:Exceptions should be public", Justification = "Nothing outside this program catches it.")]
internal sealed class CommandException(int exitCode, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    public int ExitCode { get; } = exitCode;

    public static CommandException Usage(string message, Exception? innerException = null) =>
        new(Batching.Cli.ExitCode.Usage, message, innerException);

    public static CommandException Failed(string message, Exception? innerException = null) =>
        new(Batching.Cli.ExitCode.Failed, message, innerException);
}

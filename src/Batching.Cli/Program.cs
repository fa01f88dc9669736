using System.CommandLine;
using System.CommandLine.Help;
using Batching.Cli;
using Batching.Cli.Commands;
using Batching.Cli.Progress;

if (ServeCommand.Takes(args))
{
    return await ServeCommand.RunAsync(args);
}

StandardError.Install();

var root = new RootCommand(
    """
    Classifies texts in files: text in, labels out.

    Exit codes: 0 done; 1 a row cannot be read, or the run failed; 2 the command line cannot be carried out as it is
    (an option, a file or a column); 3 the model cannot be loaded; 130 cancelled with Ctrl+C or SIGTERM.
    """)
{
    ClassifyCommand.Create(),
    EvaluateCommand.Create(),
    TokenizeCommand.Create(),
    LogitsCommand.Create(),
    ExplainCommand.Create(),
    QuantizeCommand.Create(),
    ServeCommand.Create(),
};

ParseResult line = root.Parse(args);
if (line.Errors is [var error, ..] && line.Action is not HelpAction)
{
    string help = line.CommandResult.Command == root ? "--help" : $"{line.CommandResult.Command.Name} --help";

    // The parser's own messages take several lines where they list what they know.
    string message = line.UnmatchedTokens is [var unknown, ..]
        ? $"'{unknown}' is no command, option or argument here."
        : string.Join(' ', error.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    await Console.Error.WriteLineAsync($"{message} '{help}' shows the options.");
    return ExitCode.Usage;
}

// Exceptions become sentences in CommandRunner; what gets past it is a defect, and its stack trace is wanted.
var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false };
return line.Action is HelpAction
    ? await CommandRunner.RunAsync(() => line.InvokeAsync(invocation), Console.Error)
    : await line.InvokeAsync(invocation);

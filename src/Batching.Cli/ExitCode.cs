namespace Batching.Cli;

/// <summary>What the process returns, for scripts.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>A row that cannot be read, a run that failed, a file that cannot be written.</summary>
    public const int Failed = 1;

    /// <summary>Options, files or columns that are not as the command needs them; nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>The model cannot be loaded.</summary>
    public const int Model = 3;

    /// <summary>Ctrl+C; 128 and the number of the signal, as shells have it.</summary>
    public const int Cancelled = 130;
}

namespace Batching.Cli.Progress;

/// <summary>Shows how far a run has come.</summary>
internal interface IProgressDisplay
{
    /// <summary>Runs the work, and shows its progress meanwhile.</summary>
    /// <param name="work">The work, which calls what it is given as often as it likes.</param>
    Task RunAsync(Func<Action<RunFigures>, Task> work);
}

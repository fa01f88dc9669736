namespace Batching;

/// <summary>What a classifier's threads are for.</summary>
public enum OptimizationGoal
{
    /// <summary>
    /// Many texts run as batches side by side, one thread each; a text that is classified alone, with no other call under
    /// way, runs on all cores. The default. It costs the memory of a second session from the eighth such text on.
    /// </summary>
    Automatic,

    /// <summary>Every run uses all cores, which spin for a moment after each: the fastest for texts that come one by one.</summary>
    Latency,

    /// <summary>Runs use <see cref="SequenceModelOptions.ThreadsPerRun"/> threads, and threads never spin: the most texts a second, the least memory.</summary>
    Throughput,
}

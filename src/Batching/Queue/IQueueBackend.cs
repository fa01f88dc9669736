using Batching.Inference;

namespace Batching.Queue;

/// <summary>What a queue schedules: the way from a text to its rows, and from rows to results. Thread-safe.</summary>
internal interface IQueueBackend
{
    /// <summary>What measurements are told apart by.</summary>
    string Name { get; }

    /// <summary>How many batches it is meant to run side by side.</summary>
    int Parallelism { get; }

    /// <summary>Decides which rows go together.</summary>
    BatchPlanner Planner { get; }

    /// <summary>Whether a row's results are the same in every batch, so that rows that are the same need to run only once.</summary>
    bool SharesRepeatedRows { get; }

    /// <summary>Adds the rows of an input: one, or one for each window of a long text.</summary>
    /// <param name="input">The input.</param>
    /// <param name="options">How; null for the default.</param>
    /// <param name="mostTokens">How many tokens there is any use for. Once there are more, no more rows are made.</param>
    /// <param name="rows">Where the rows go.</param>
    /// <returns>How many tokens the rows have; where that is more than there is use for, at least as many.</returns>
    /// <exception cref="ArgumentException">The input has no text, or gives no row that can be run.</exception>
    long Encode(TextInput input, EncodingOptions? options, int mostTokens, List<SequenceEncoding> rows);

    /// <summary>Which cores are best for a batch of so many tokens that is alone.</summary>
    CoreUse CoresFor(int tokens);

    /// <summary>Runs rows as one batch.</summary>
    /// <param name="rows">The rows, at least one.</param>
    /// <param name="cores">Which cores they are to have.</param>
    /// <param name="stop">Stops the run.</param>
    /// <returns>A result for each row.</returns>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    Classification[] Run(ReadOnlySpan<SequenceEncoding> rows, CoreUse cores, CancellationToken stop);

    /// <summary>The result of a text from those of its windows, of which there are several.</summary>
    Classification Pool(Classification[] windows);
}

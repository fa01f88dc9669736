using System.Runtime.CompilerServices;
using Batching.Rows.Runs;

namespace Batching;

/// <summary>Classifies the rows of a <see cref="RowReader"/>.</summary>
public static class RowClassifierExtensions
{
    /// <summary>The rows with their results, in the order of the rows, while later ones are read and classified.</summary>
    /// <param name="classifier">Classifies the texts; stays the caller's.</param>
    /// <param name="reader">Reads the rows; stays the caller's.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="RowsException">A row cannot be read: after the results of all rows before it.</exception>
    /// <exception cref="ModelRunException">The model cannot be run.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async IAsyncEnumerable<ClassifiedRow> ClassifyRowsAsync(
        this SequenceClassifier classifier, RowReader reader, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(reader);
        var feed = new RowFeed(reader);
        var pending = new PendingRows(rejects: null);
        IAsyncEnumerable<TextInput> inputs = feed.ReadAsync(done: 0, pending, skipsErrors: false, cancellationToken);
        await foreach (Classification result in classifier.ClassifyStreamAsync(inputs, cancellationToken).ConfigureAwait(false))
        {
            yield return new ClassifiedRow(pending.Next(), result);
        }

        feed.ThrowIfFailed("Correct the row, or take it out.");
    }

    /// <summary>Classifies a stream of texts, and says whenever the next result is not there yet.</summary>
    /// <param name="classifier">Classifies the texts.</param>
    /// <param name="inputs">The texts.</param>
    /// <param name="waits">Called before each wait, to hand over what is finished.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>A result for each text, in the order of the texts.</returns>
    /// <exception cref="ModelRunException">The model could not be run on them.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async IAsyncEnumerable<Classification> ClassifyStreamAsync(
        this SequenceClassifier classifier,
        IAsyncEnumerable<TextInput> inputs,
        Action waits,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(waits);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        IAsyncEnumerator<Classification> results = classifier.ClassifyStreamAsync(inputs, stop.Token).GetAsyncEnumerator(stop.Token);
        await using ConfiguredAsyncDisposable closing = results.ConfigureAwait(false);
        while (true)
        {
            Task<bool> next = results.MoveNextAsync().AsTask();
            try
            {
                if (!next.IsCompleted)
                {
                    waits();
                }
            }
            catch
            {
                // An enumeration can only be given up between two results. What comes of this one is of no interest any more.
                await stop.CancelAsync().ConfigureAwait(false);
                await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw;
            }

            if (!await next.ConfigureAwait(false))
            {
                yield break;
            }

            yield return results.Current;
        }
    }
}

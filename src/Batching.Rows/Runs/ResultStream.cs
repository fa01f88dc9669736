using System.Runtime.CompilerServices;

namespace Batching.Rows.Runs;

/// <summary>Results as they come, and something to do whenever the next is not there yet.</summary>
internal static class ResultStream
{
    /// <param name="classifier">Classifies the texts.</param>
    /// <param name="inputs">The texts.</param>
    /// <param name="waits">Called before each wait, to hand over what is finished.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static async IAsyncEnumerable<Classification> ReadAsync(
        SequenceClassifier classifier,
        IAsyncEnumerable<TextInput> inputs,
        Action waits,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
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

using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using Batching.Inference;

namespace Batching.Pipeline;

/// <summary>Keeps reading, tokenizing, planning and running going side by side, and gives results in the order of the texts.</summary>
/// <remarks>
/// <para>
/// The texts of a call are taken window by window: wide enough that sorting within a window leaves next to no padding, and
/// few enough that memory stays bounded, however long the stream. While the batches of one window run, the next one is
/// read and planned.
/// </para>
/// <para>Thread-safe. Several calls may be under way; each has workers of its own.</para>
/// </remarks>
/// <param name="rows">Makes rows of texts, and results of rows.</param>
internal sealed class ClassificationEngine(RowClassifier rows)
{
    // The window that gives results, and the one that is ready when it is done.
    private const int WindowsAhead = 2;

    /// <summary>Classifies texts as they are enumerated. The caller's thread reads them and works on them itself.</summary>
    /// <param name="inputs">The texts.</param>
    /// <param name="deliversBeforeFailure">Whether an exception of the enumeration waits for the results of the texts before it.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public IEnumerable<Classification> Classify(IEnumerable<TextInput> inputs, bool deliversBeforeFailure, CancellationToken cancellationToken) =>
        Classify(rows.NewEncoder(), inputs, deliversBeforeFailure, cancellationToken);

    /// <summary>Classifies a text whose rows are being made already.</summary>
    /// <param name="begun">Has begun the text; disposed of when the result has been enumerated.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public Classification Classify(RowEncoder begun, CancellationToken cancellationToken) =>
        Classify(begun, [], deliversBeforeFailure: false, cancellationToken).Single();

    private IEnumerable<Classification> Classify(
        RowEncoder encoder, IEnumerable<TextInput> inputs, bool deliversBeforeFailure, CancellationToken cancellationToken)
    {
        using RowEncoder owned = encoder;
        using var call = new ClassificationCall(rows.Runner, rows.Parallelism, cancellationToken);
        using var run = new StoppableRuns(call.Stopping);
        using IEnumerator<TextInput> source = inputs.GetEnumerator();
        var results = new CallResults(rows.Results);
        var windows = new Queue<TextWindow>();
        ExceptionDispatchInfo? failure = null;
        try
        {
            bool isOver = false;
            while (true)
            {
                while (!isOver && windows.Count < WindowsAhead)
                {
                    TextWindow window = call.NewWindow();
                    windows.Enqueue(window);
                    try
                    {
                        isOver = !Fill(window, source, encoder, cancellationToken);
                    }
                    catch (Exception exception) when (deliversBeforeFailure)
                    {
                        failure = ExceptionDispatchInfo.Capture(exception);
                        isOver = true;
                    }

                    Publish(call, window, helpers: 1);
                }

                if (!windows.TryPeek(out TextWindow? head))
                {
                    break;
                }

                call.Help(head, run);
                head.ShareLogits(call.Distinct);
                Classification[] classifications = results.Make(head);
                call.Finish(windows.Dequeue());
                foreach (Classification classification in classifications)
                {
                    yield return classification;
                }
            }

            failure?.Throw();
        }
        finally
        {
            call.Stop();
        }
    }

    /// <summary>Classifies texts as they arrive. A text that nothing follows does not wait for more where workers are free.</summary>
    public async IAsyncEnumerable<Classification> ClassifyAsync(
        IAsyncEnumerable<TextInput> inputs, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var call = new ClassificationCall(rows.Runner, rows.Parallelism, cancellationToken);
        var results = new CallResults(rows.Results);
        var windows = Channel.CreateBounded<TextWindow>(WindowsAhead - 1);
        var reading = new PoolWork(() => ReadAsync(inputs, call, windows.Writer));
        reading.Offer();
        try
        {
            while (await HasMoreAsync(call, windows.Reader, cancellationToken).ConfigureAwait(false))
            {
                while (windows.Reader.TryRead(out TextWindow? window))
                {
                    await call.WaitAsync(window).ConfigureAwait(false);
                    window.ShareLogits(call.Distinct);
                    Classification[] classifications = results.Make(window);
                    call.Finish(window);
                    foreach (Classification classification in classifications)
                    {
                        yield return classification;
                    }
                }
            }
        }
        finally
        {
            await call.StopAsync(reading).ConfigureAwait(false);
        }
    }

    // Where the reader stopped because a run had failed, that failure is the one to tell of.
    private static async ValueTask<bool> HasMoreAsync(
        ClassificationCall call, ChannelReader<TextWindow> windows, CancellationToken cancellationToken)
    {
        try
        {
            return await windows.WaitToReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            call.ThrowIfFailed();
            throw;
        }
    }

    /// <summary>
    /// Whether logits do not depend on the batch, so that a text that comes again need not be run again. Where that was not
    /// found out at load, it is only worth finding out if it saves as much.
    /// </summary>
    /// <param name="repeatedTokens">How many tokens that would save.</param>
    private bool MayShare(int repeatedTokens) =>
        (rows.Runner.IsExactKnown || repeatedTokens >= InvarianceProbe.TokensAtLoad) && rows.Runner.IsExact;

    private void Publish(ClassificationCall call, TextWindow window, int helpers)
    {
        window.Plan(rows.Planner, rows.Parallelism, call.Distinct, MayShare);
        call.Publish(window, helpers);
    }

    /// <returns>Whether there may be more.</returns>
    private static bool Fill(TextWindow window, IEnumerator<TextInput> source, RowEncoder encoder, CancellationToken cancellationToken)
    {
        while (!window.IsFull)
        {
            // Texts may come slowly.
            cancellationToken.ThrowIfCancellationRequested();
            if (encoder.HasMore)
            {
                window.AppendNext(encoder);
            }
            else if (source.MoveNext())
            {
                encoder.Begin(source.Current);
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    // Never throws: what goes wrong ends the channel, after the windows of the texts before it.
    private async Task ReadAsync(IAsyncEnumerable<TextInput> inputs, ClassificationCall call, ChannelWriter<TextWindow> windows)
    {
        using RowEncoder encoder = rows.NewEncoder();
        TextWindow window = call.NewWindow();
        Exception? failure = null;
        try
        {
            IAsyncEnumerator<TextInput> source = inputs.GetAsyncEnumerator(call.Stopping);
            Task<bool> next = Task.FromResult(false);
            try
            {
                while (true)
                {
                    // Room for a window first: what is not wanted yet is not read.
                    await windows.WaitToWriteAsync(call.Stopping).ConfigureAwait(false);
                    next = source.MoveNextAsync().AsTask();
                    if (!next.IsCompleted && window.Rows.Count > 0)
                    {
                        await Task.WhenAny(next, call.WhenIdle()).WaitAsync(call.Stopping).ConfigureAwait(false);
                    }

                    if (window.IsFull || (!next.IsCompleted && window.Rows.Count > 0))
                    {
                        await WriteAsync().ConfigureAwait(false);
                    }

                    if (!await next.WaitAsync(call.Stopping).ConfigureAwait(false))
                    {
                        break;
                    }

                    encoder.Begin(source.Current);
                    while (encoder.HasMore)
                    {
                        if (window.IsFull)
                        {
                            await WriteAsync().ConfigureAwait(false);
                        }

                        window.AppendNext(encoder);
                    }
                }
            }
            finally
            {
                // A producer that does not answer to its token is left to itself, and disposed of when it is done.
                if (next.IsCompleted)
                {
                    await source.DisposeAsync().ConfigureAwait(false);
                }
                else
                {
                    _ = DisposeAfterAsync(next, source);
                }
            }
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        try
        {
            if (window.Rows.Count > 0 && !call.Stopping.IsCancellationRequested)
            {
                await WriteAsync().ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            failure ??= exception;
        }

        windows.TryComplete(failure);

        async Task WriteAsync()
        {
            TextWindow full = window;
            Publish(call, full, helpers: 0);
            window = call.NewWindow();
            await windows.WriteAsync(full, call.Stopping).ConfigureAwait(false);
        }
    }

    private static async Task DisposeAfterAsync(Task<bool> next, IAsyncEnumerator<TextInput> source)
    {
        await Task.WhenAny(next).ConfigureAwait(false);
        await source.DisposeAsync().ConfigureAwait(false);
    }
}

namespace Batching.Queue;

/// <summary>A request with what its caller waits for.</summary>
/// <param name="rows">The rows of the texts, one text after the other.</param>
/// <param name="textEnds">For each text the index after its last row; null where every row is a text.</param>
/// <param name="options">How it is treated.</param>
/// <param name="makeAnswer">Makes the answer of a request whose rows have been run.</param>
internal sealed class AnsweredRequest<T>(
    List<SequenceEncoding> rows, int[]? textEnds, RequestOptions options, Func<QueuedRequest, T> makeAnswer) : QueuedRequest(rows, textEnds, options)
{
    // A caller goes on in its own time, not in the worker's.
    private readonly TaskCompletionSource<T> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RequestEnding? ending;

    /// <summary>Ends when the answer is there, with an exception if it is one.</summary>
    public Task<T> Answered => completion.Task;

    /// <summary>Has a token and the request's deadline end it. To be called once, before it is admitted.</summary>
    public void EndEarlyBy(BatchScheduler scheduler, TimeProvider time, CancellationToken cancellationToken)
    {
        // A request that has neither pays for neither.
        if (DeadlineAt != NoDeadline || cancellationToken.CanBeCanceled)
        {
            ending = new RequestEnding(scheduler, this);
            ending.Listen(time, cancellationToken);
        }
    }

    public override void Complete()
    {
        ending?.LetGo();
        try
        {
            completion.TrySetResult(makeAnswer(this));
        }
        catch (Exception exception)
        {
            completion.TrySetException(exception);
        }
    }

    public override void Fail(Exception exception)
    {
        ending?.LetGo();
        if (exception is OperationCanceledException { CancellationToken: { IsCancellationRequested: true } token })
        {
            completion.TrySetCanceled(token);
        }
        else
        {
            completion.TrySetException(exception);
        }
    }
}

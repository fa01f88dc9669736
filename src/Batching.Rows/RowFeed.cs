using System.Runtime.CompilerServices;
using Batching;
using Classify.Inputs;

namespace Classify;

/// <summary>Reads rows, hands their texts to the classifier and keeps the rows for their results.</summary>
/// <param name="source">What is read, for messages.</param>
/// <param name="reader">Reads it.</param>
internal sealed class RowFeed(InputSource source, IRowReader reader) : IAsyncDisposable
{
    private IAsyncEnumerator<InputRow>? rows;
    private bool hasRow;
    private InputRow? failure;

    /// <inheritdoc cref="IRowReader.Length"/>
    public long? Length => reader.Length;

    /// <summary>Reads as far as the first row, and so finds out whether the columns are there.</summary>
    /// <exception cref="CommandException">The input cannot be read, or a column is not there.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        rows = reader.ReadAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        hasRow = await rows.MoveNextAsync();
    }

    /// <summary>The texts of the rows, up to the first that cannot be read unless such rows are skipped.</summary>
    /// <param name="done">How many rows are left out because they are done.</param>
    /// <param name="pending">Takes the rows.</param>
    /// <param name="skipsErrors">Whether a row that cannot be read is pending too rather than the end.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<TextInput> ReadAsync(
        long done, PendingRows pending, bool skipsErrors, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (; hasRow; hasRow = await rows!.MoveNextAsync())
        {
            cancellationToken.ThrowIfCancellationRequested();
            InputRow row = rows!.Current;
            if (row.Row <= done)
            {
                continue;
            }

            if (row.Error is not null && !skipsErrors)
            {
                // Not thrown here: the rows before it are still on their way to the output.
                failure = row;
                yield break;
            }

            pending.Add(row);
            if (row.Error is null)
            {
                yield return new TextInput(row.Text, row.Pair);
            }
        }
    }

    /// <exception cref="CommandException">A row could not be read.</exception>
    public void ThrowIfFailed(string advice)
    {
        if (failure is not null)
        {
            throw CommandException.Failed($"{source.Name}, {failure.Place}: {failure.Error}. {advice}");
        }
    }

    /// <summary>Closes the input, also where somebody still waits for a row of it, as on a stdin that is silent.</summary>
    /// <remarks>The enumerator cannot be disposed of then, and need not be: it holds nothing that the reader does not close.</remarks>
    public ValueTask DisposeAsync() => reader.DisposeAsync();
}

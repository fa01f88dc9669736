using System.Runtime.CompilerServices;

namespace Batching.Rows.Runs;

/// <summary>Hands the texts of rows to a classifier and keeps the rows for their results.</summary>
/// <param name="reader">Reads the rows.</param>
internal sealed class RowFeed(RowReader reader)
{
    private TextRow? failure;

    /// <summary>The texts of the rows, up to the first that cannot be read unless such rows are skipped.</summary>
    /// <param name="done">How many rows are left out because they are done.</param>
    /// <param name="pending">Takes the rows.</param>
    /// <param name="skipsErrors">Whether a row that cannot be read is pending too rather than the end.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<TextInput> ReadAsync(
        long done, PendingRows pending, bool skipsErrors, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (TextRow row in reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (row.Number <= done)
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
                yield return row.ToInput();
            }
        }
    }

    /// <exception cref="RowsException">A row could not be read.</exception>
    public void ThrowIfFailed(string advice, string? setting = null)
    {
        if (failure is not null)
        {
            throw new RowsException($"{failure.File ?? reader.Name}, {failure.Place}: {failure.Error}. {advice}") { Row = failure.Number, Setting = setting };
        }
    }
}


namespace Batching.Rows.Outputs;

/// <summary>Writes results in one format.</summary>
internal interface IResultWriter : IAsyncDisposable
{
    /// <summary>The bytes that <see cref="Commit"/> would write.</summary>
    int Uncommitted { get; }

    /// <summary>Adds the result of a row.</summary>
    ValueTask WriteAsync(TextRow row, Classification result);

    /// <summary>Hands the rows so far to the system, so that they outlive the process.</summary>
    void Commit();

    /// <summary>Writes what the format has after its last row.</summary>
    ValueTask CompleteAsync();
}

using System.Text;

namespace Batching.Rows.Outputs;

/// <summary>An output that a run can be resumed with after the process died, at any moment.</summary>
/// <remarks>
/// <para>
/// The files themselves say how far a run has come. Every row of the output and of the rejects carries its number, and both
/// are written in order. So a run has done the rows from the first on that are in one of the two files, up to the first that
/// is in neither: what is beyond it, torn or whole, is cut off and done again, whichever of the files came further.
/// </para>
/// <para>
/// Beside the output lies a file that says what the run was made of, so that no run goes on with what another has begun. It
/// is written whole, before the output, and not changed while the run goes on.
/// </para>
/// </remarks>
internal sealed class ResumableOutput
{
    private readonly OutputFile output;
    private readonly OutputFile? rejects;
    private readonly ResumeState state;
    private readonly FinishedOutput? finished;
    private readonly string? header;
    private readonly SortedDictionary<string, string> settings;

    /// <param name="output">The output, csv or jsonl, open for reading where it is continued.</param>
    /// <param name="rejects">The rejects, likewise, or null where there are none.</param>
    /// <param name="state">The file that says what the run is made of.</param>
    /// <param name="finished">What is made of the output at the end, where it is a journal; otherwise null.</param>
    /// <param name="header">The header that the output begins with: of csv; null of jsonl.</param>
    /// <param name="settings">All that the output depends on, by the names that messages use.</param>
    public ResumableOutput(
        OutputFile output, OutputFile? rejects, ResumeState state, FinishedOutput? finished, string? header, SortedDictionary<string, string> settings)
    {
        this.output = output;
        this.rejects = rejects;
        this.state = state;
        this.finished = finished;
        this.header = header;
        this.settings = settings;
    }

    /// <summary>Begins anew, and forgets what was there.</summary>
    /// <exception cref="RowsException">The state cannot be written; then nothing was changed.</exception>
    public ResumePoint Begin()
    {
        // In this order: an output never lies beside the settings of another run, not even after the machine died.
        state.Prepare(settings);
        Empty(output);
        if (rejects is not null)
        {
            Empty(rejects);
        }

        state.Complete();
        return default;
    }

    /// <summary>Finds out how far the run has come; begins it where there is nothing yet.</summary>
    /// <exception cref="RowsException">What is there was made from something else.</exception>
    public ResumePoint Continue(CancellationToken cancellationToken)
    {
        if (output.Stream.Length == 0)
        {
            return FinishedPoint() ?? Begin();
        }

        SortedDictionary<string, string> begun = state.Read();
        CheckSettings(begun);
        if (!StartsWithHeader())
        {
            // Cut off within the header, or not ours: then nothing in it is a row.
            return output.Stream.Length < HeaderLength ? Begin() : throw Foreign("its header is another");
        }

        ResumePoint point = PointOf(begun, cancellationToken);
        if (point.Rows == 0)
        {
            return Begin();
        }

        if (!begun.SequenceEqual(settings))
        {
            state.Prepare(settings);
            state.Complete();
        }

        return point;
    }

    /// <summary>Notes that all is done, and what was made of it.</summary>
    /// <param name="rows">The input rows that are done.</param>
    /// <exception cref="RowsException">It cannot be noted.</exception>
    public void Finish(long rows)
    {
        state.Prepare(new SortedDictionary<string, string>(settings, StringComparer.Ordinal) { [ResumeSettings.Finished] = finished!.NoteOf(rows) });
        state.Complete();
    }

    /// <summary>Takes away what only a resumed run needs.</summary>
    public void Forget() => state.Delete();

    private int HeaderLength => header is null ? 0 : Encoding.UTF8.GetByteCount(header);

    // With a journal that is empty or gone: the run is finished, or was killed before its first row, or is another's.
    private ResumePoint? FinishedPoint()
    {
        if (finished is not { IsThere: true })
        {
            return null;
        }

        SortedDictionary<string, string> begun = state.Read();
        if (!begun.TryGetValue(ResumeSettings.Finished, out string? note))
        {
            return null;
        }

        CheckSettings(begun);
        return finished.RowsOf(note) is { } rows
            ? new ResumePoint(rows, 0, rejects?.Stream.Length ?? 0, IsFinished: true)
            : throw RowsException.Refused($"{finished.Name} is not what the run left that is to be resumed. Delete it to begin again.");
    }

    private static void Empty(OutputFile file)
    {
        file.Keep(0);
        file.FlushToDisk();
    }

    private bool StartsWithHeader()
    {
        var actual = new byte[HeaderLength];
        output.Stream.Position = 0;
        return output.Stream.ReadAtLeast(actual, actual.Length, throwOnEndOfStream: false) == actual.Length
            && actual.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(header ?? ""));
    }

    // The output is read from after its header.
    private ResumePoint PointOf(SortedDictionary<string, string> begun, CancellationToken cancellationToken)
    {
        using IEnumerator<OutputRecord> written = OutputRecords.Read(output.Stream, isCsv: header is not null, cancellationToken).GetEnumerator();
        using IEnumerator<OutputRecord> rejected = Rejected(begun, cancellationToken).GetEnumerator();
        var point = new ResumePoint(Rows: 0, HeaderLength, RejectsLength: 0);
        bool hasWritten = written.MoveNext();
        bool hasRejected = rejected.MoveNext();
        while (true)
        {
            long next = point.Rows + 1;
            if (hasWritten && written.Current.Row == next)
            {
                point = point with { Rows = next, OutputLength = written.Current.End };
                hasWritten = written.MoveNext();
            }
            else if (hasRejected && rejected.Current.Row == next)
            {
                point = point with { Rows = next, RejectsLength = rejected.Current.End };
                hasRejected = rejected.MoveNext();
            }
            else
            {
                break;
            }
        }

        if (hasWritten && !written.Current.IsBlank)
        {
            DemandOurs(written.Current, point.Rows);
        }

        return point;
    }

    // The row that the run would go on with is not there, and a later one is: its reject was lost, and it is done again with
    // what follows it. Anything else is no gap that a run can leave.
    private void DemandOurs(OutputRecord record, long done)
    {
        if (record.Row is not { } row)
        {
            throw Foreign($"what follows row {done} in it has no number of a row");
        }

        if (row <= done || rejects is null)
        {
            throw Foreign($"row {row} follows row {done} in it");
        }
    }

    private IEnumerable<OutputRecord> Rejected(SortedDictionary<string, string> begun, CancellationToken cancellationToken)
    {
        // A run that stopped at bad rows has no rejects: what lies there is another's.
        if (rejects is null || begun.GetValueOrDefault(ResumeSettings.UnreadableRows) != settings.GetValueOrDefault(ResumeSettings.UnreadableRows))
        {
            return [];
        }

        rejects.Stream.Position = 0;
        return OutputRecords.Read(rejects.Stream, isCsv: false, cancellationToken);
    }

    private void CheckSettings(SortedDictionary<string, string> begun)
    {
        foreach ((string name, string value) in settings)
        {
            // A run that stopped at a row may go on without it: up to there it is the run that skips from the start.
            bool goesOn = name == ResumeSettings.UnreadableRows && begun.GetValueOrDefault(name) == ResumeSettings.Stop;
            if (!goesOn && (!begun.TryGetValue(name, out string? before) || before != value))
            {
                throw RowsException.Refused(
                    $"{output.Name} was begun with another {name}{Difference(begun.GetValueOrDefault(name), value)}. Give what it was begun with, or delete {state.Leavings} to begin again.",
                    setting: ResumeSettings.OptionOf(name));
            }
        }
    }

    // Fingerprints say nothing to people.
    private static string Difference(string? before, string now) => before is { Length: < 60 } && now.Length < 60
        ? $" ({before}, now {now})"
        : "";

    private RowsException Foreign(string reason) => RowsException.Refused(
        $"{output.Name} cannot be resumed, because {reason}. Delete {state.Leavings} to begin again.");
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using Classify.Inputs;

namespace Classify.Outputs;

/// <summary>An output that a run can be resumed with after the process died, at any moment.</summary>
/// <remarks>
/// <para>
/// The files themselves say how far a run has come. Every row of the output and of the rejects carries its number; rows are
/// written in order; and rejects are written before the output rows that follow them. So the number of the last complete
/// row of the output is the number of input rows that are done: up to it, every row is in one of the two files, and what is
/// beyond it, torn or whole, is cut off and done again.
/// </para>
/// <para>
/// Beside the output lies a file that says what the run was made of, so that no run goes on with what another has begun. It
/// is written whole, before the output, and not changed while the run goes on.
/// </para>
/// </remarks>
internal sealed class ResumableOutput
{
    /// <summary>The setting that says what happens to rows that cannot be read.</summary>
    public const string OnError = "--on-error";

    /// <summary>Its value where they stop the run.</summary>
    public const string Stop = "stop";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly string output;
    private readonly string? rejects;
    private readonly string? header;
    private readonly SortedDictionary<string, string> settings;

    /// <param name="output">The output file, csv or jsonl.</param>
    /// <param name="rejects">The rejects file, or null where there is none.</param>
    /// <param name="header">The header that the output begins with: of csv; null of jsonl.</param>
    /// <param name="settings">All that the output depends on, by the names that messages use.</param>
    public ResumableOutput(string output, string? rejects, string? header, SortedDictionary<string, string> settings)
    {
        this.output = output;
        this.rejects = rejects;
        this.header = header;
        this.settings = settings;
        StatePath = $"{output}.resume";
    }

    /// <summary>Where it is said what the run was made of.</summary>
    public string StatePath { get; }

    /// <summary>Begins anew, and forgets what was there.</summary>
    public ResumePoint Begin()
    {
        // In this order: an output never lies beside the settings of another run.
        File.Delete(output);
        if (rejects is not null)
        {
            File.Delete(rejects);
        }

        WriteState();
        return default;
    }

    /// <summary>Finds out how far the run has come; begins it where there is nothing yet.</summary>
    /// <exception cref="CommandException">What is there was made from something else.</exception>
    public async Task<ResumePoint> ContinueAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(output) || new FileInfo(output).Length == 0)
        {
            return Begin();
        }

        CheckState();
        await using FileStream file = File.OpenRead(output);
        if (header is not null && !StartsWithHeader(file))
        {
            // Cut off within the header, or not ours: then nothing in it is a row.
            return file.Length < Encoding.UTF8.GetByteCount(header) ? Begin() : throw Foreign("its header is another");
        }

        file.Position = 0;
        var scan = RecordScan.Of(file, hasQuotes: header is not null);
        long written = scan.Count - (header is null ? 0 : 1);
        if (written == 0)
        {
            return Begin();
        }

        long rows = LastRow(file, scan);
        (long rejected, long rejectsLength) = await RejectsUpToAsync(rows, cancellationToken);
        if (written + rejected != rows)
        {
            throw Foreign($"its last row is {rows}, and it has {written} rows beside {rejected} rejected ones");
        }

        return new ResumePoint(rows, scan.End, rejectsLength);
    }

    /// <summary>Takes away what only a resumed run needs.</summary>
    public void Forget() => File.Delete(StatePath);

    private static string? MaybeRow(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            using var document = JsonDocument.ParseValue(ref reader);
            return document.RootElement.GetProperty(ResultColumns.Row).GetRawText();
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // A line that was cut off has no row.
            return null;
        }
    }

    private static bool IsNumber(string? text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private bool StartsWithHeader(FileStream file)
    {
        byte[] expected = Encoding.UTF8.GetBytes(header!);
        var actual = new byte[expected.Length];
        return file.ReadAtLeast(actual, actual.Length, throwOnEndOfStream: false) == expected.Length
            && actual.AsSpan().SequenceEqual(expected);
    }

    private long LastRow(FileStream file, RecordScan scan)
    {
        var last = new byte[scan.End - scan.LastStart];
        file.Position = scan.LastStart;
        file.ReadExactly(last);
        string? row = header is null ? MaybeRow(last) : Encoding.UTF8.GetString(last).Split(',')[0];
        return IsNumber(row, out long number) ? number : throw Foreign("its last row has no number");
    }

    private async Task<(long Count, long Length)> RejectsUpToAsync(long lastRow, CancellationToken cancellationToken)
    {
        long count = 0;
        long length = 0;
        if (rejects is not null && File.Exists(rejects))
        {
            await using var lines = new LineReader(new InputSource(rejects));
            await foreach (Line line in lines.ReadAsync(cancellationToken))
            {
                if (!IsNumber(MaybeRow(line.Bytes.Span), out long row) || row > lastRow)
                {
                    break;
                }

                count++;
                length = line.Position;
            }
        }

        return (count, length);
    }

    private void CheckState()
    {
        SortedDictionary<string, string> begun = ReadState();
        foreach ((string name, string value) in settings)
        {
            // A run that stopped at a row may go on without it: up to there it is the run that skips from the start.
            bool goesOn = name == OnError && begun.GetValueOrDefault(name) == Stop;
            if (!goesOn && (!begun.TryGetValue(name, out string? before) || before != value))
            {
                throw CommandException.Usage(
                    $"'{output}' was begun with another {name}{Difference(begun.GetValueOrDefault(name), value)}. Give what it was begun with, or delete '{output}' to begin again.");
            }
        }

        if (!begun.SequenceEqual(settings))
        {
            WriteState();
        }
    }

    // Fingerprints say nothing to people.
    private static string Difference(string? before, string now) => before is { Length: < 60 } && now.Length < 60
        ? $" ({before}, now {now})"
        : "";

    private SortedDictionary<string, string> ReadState()
    {
        try
        {
            return JsonSerializer.Deserialize<SortedDictionary<string, string>>(File.ReadAllBytes(StatePath))
                ?? throw new JsonException("It holds null.");
        }
        catch (FileNotFoundException exception)
        {
            throw CommandException.Usage(
                $"'{output}' is there, and '{StatePath}', which says what it was begun with, is not: it is finished, or something else wrote it. Delete '{output}' to begin again.",
                exception);
        }
        catch (JsonException exception)
        {
            throw CommandException.Usage($"'{StatePath}' is damaged. Delete it and '{output}' to begin again.", exception);
        }
    }

    private void WriteState()
    {
        // A rename is all or nothing.
        string temporary = $"{StatePath}.tmp";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, settings, Indented);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, StatePath, overwrite: true);
    }

    private CommandException Foreign(string reason) => CommandException.Usage(
        $"'{output}' cannot be resumed, because {reason}. Delete it to begin again.");
}

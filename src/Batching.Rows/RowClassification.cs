using System.Globalization;
using System.Runtime.CompilerServices;
using Batching.Rows.Outputs;
using Batching.Rows.Runs;

namespace Batching;

/// <summary>Classifies a file into another: opened, everything that can be checked without a model is; run, it reads, classifies and writes.</summary>
/// <remarks>
/// <para>
/// Rows come in the order of the input, in bounded memory. While the run goes on, what is finished is handed to the system
/// several times a second; a run of files that was ended, in whatever way, goes on with <see cref="RowClassificationOptions.Resume"/>,
/// and leaves what an undisturbed run would, byte for byte, where the model's logits do not depend on the batch.
/// </para>
/// <para>Not thread-safe, and good for one run. An output has one writer: a second run on it is refused, also one of another process.</para>
/// </remarks>
/// <example>
/// <code>
/// await using RowClassification run = await RowClassification.OpenAsync(new() { Inputs = ["reviews.csv"], Output = "labels.jsonl" });
/// RowClassificationResult result = await run.RunAsync(classifier);
/// </code>
/// </example>
public sealed class RowClassification : IAsyncDisposable
{
    private const int CommitBytes = 1 << 16;

    // Who follows the output sees rows come; who kills the run loses little.
    private static readonly TimeSpan CommitInterval = TimeSpan.FromMilliseconds(200);

    private readonly RowClassificationOptions options;
    private readonly RunFiles files;
    private readonly RowReader reader;
    private readonly TimeProvider clock = TimeProvider.System;
    private bool isBegun;

    private RowClassification(RowClassificationOptions options, RunFiles files, RowReader reader)
    {
        this.options = options;
        this.files = files;
        this.reader = reader;
    }

    /// <summary>
    /// Whether this run can be resumed. Then <see cref="RunAsync"/> asks the classifier for its <see cref="ModelIdentity"/>, which
    /// <see cref="SequenceClassifierOptions.ComputeIdentity"/> has ready.
    /// </summary>
    public bool CanBeResumed => files.CanBeResumed;

    /// <summary>Opens the input, finds the columns, and checks that the options go together; nothing is changed.</summary>
    /// <param name="options">What is read and written.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RowsException">The input cannot be read, a column is not there, or options do not go together.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<RowClassification> OpenAsync(RowClassificationOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var checkedFiles = RunFiles.Of(options);
        return new RowClassification(
            options,
            checkedFiles,
            await RowReader.OpenAsync(checkedFiles.Inputs, checkedFiles.InputFormat, options.Rows.Columns, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Classifies and writes the rows.</summary>
    /// <param name="classifier">Classifies the texts; stays the caller's.</param>
    /// <param name="progress">Told of every row, on the thread that writes it; null for nobody.</param>
    /// <param name="cancellationToken">Stops the run; what was finished is written.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="RowsException">A row cannot be read, a file cannot be written, or what is to be resumed was made of something else.</exception>
    /// <exception cref="OutputClosedException">Nobody reads the output any more.</exception>
    /// <exception cref="ModelRunException">The model cannot be run.</exception>
    /// <exception cref="InvalidOperationException">It was run before.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; what was finished is written.</exception>
    public async Task<RowClassificationResult> RunAsync(
        SequenceClassifier classifier, IProgress<RowClassificationProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        if (isBegun)
        {
            throw new InvalidOperationException("The run was begun before, and its input is read once. Open another.");
        }

        // Nothing is touched before everything that can be checked is.
        isBegun = true;
        var columns = new ResultColumns(classifier.Labels, options.Rows.KeptColumns, options.TopK, options.WriteLogits, hasFiles: files.Inputs.Count > 1);
        using OutputFile output = OutputFile.Open(files.Rows, reads: options.Resume || files.HasJournal);
        using OutputFile? rejected = files.Rejects is null ? null : OutputFile.Open(files.Rejects, reads: options.Resume);
        ResumableOutput? resumable = await ResumableAsync(columns, classifier, output, rejected, cancellationToken).ConfigureAwait(false);
        ResumePoint point = BeginOrContinue(resumable, cancellationToken);
        if (point.IsFinished)
        {
            output.Delete();
            return ResultOf(point, default, rejected: 0);
        }

        output.Keep(point.OutputLength);
        rejected?.Keep(point.RejectsLength);

        using RejectsFile? rejects = rejected is null ? null : new RejectsFile(rejected);
        IResultWriter writer = await WriterAsync(output, columns, point).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable closing = writer.ConfigureAwait(false);
        var feed = new RowFeed(reader);
        var pending = new PendingRows(rejects);
        RowClassificationProgress done = default;
        try
        {
            await WriteAsync(feed.ReadAsync(point.Rows, pending, options.SkipUnreadableRows, cancellationToken)).ConfigureAwait(false);
        }
        finally
        {
            // Also what a failure or a cancellation came after. If it was a commit that failed, this one does so as well, and nothing follows.
            Commit();
            rejected?.FlushToDisk();
            await writer.CompleteAsync().ConfigureAwait(false);
            output.FlushToDisk();
            if (files.HasJournal && resumable is null)
            {
                output.Delete();
            }
        }

        if (resumable is null)
        {
            feed.ThrowIfFailed("Correct the row, or skip those that cannot be read.", nameof(options.SkipUnreadableRows));
        }
        else
        {
            feed.ThrowIfFailed("Correct the row and begin again, or resume the run and skip those that cannot be read.", nameof(options.Resume));
        }

        if (resumable is not null)
        {
            End(resumable, output, point.Rows + done.Rows + pending.Rejected);
        }

        return ResultOf(point, done, pending.Rejected);

        async Task WriteAsync(IAsyncEnumerable<TextInput> inputs)
        {
            long committed = clock.GetTimestamp();
            await foreach (Classification result in classifier.ClassifyStreamAsync(inputs, Commit, cancellationToken).ConfigureAwait(false))
            {
                TextRow row = pending.Next();
                await writer.WriteAsync(row, result).ConfigureAwait(false);
                done = new RowClassificationProgress(done.Rows + 1, done.Tokens + result.TokenCount, row.Position, reader.Length);
                if (writer.Uncommitted >= CommitBytes || clock.GetElapsedTime(committed) >= CommitInterval)
                {
                    Commit();
                    committed = clock.GetTimestamp();
                }

                progress?.Report(done);
            }
        }

        void Commit() => pending.Commit(writer);
    }

    /// <summary>Closes the input, also while somebody still waits for a row of it.</summary>
    public ValueTask DisposeAsync() => reader.DisposeAsync();

    // In this order: killed between any two, a run that is resumed finds the rows of the journal, or that it is finished.
    private void End(ResumableOutput resumable, OutputFile output, long rows)
    {
        if (!options.Resume)
        {
            resumable.Forget();
        }
        else if (files.HasJournal)
        {
            resumable.Finish(rows);
        }

        if (files.HasJournal)
        {
            output.Delete();
        }
    }

    private RowClassificationResult ResultOf(ResumePoint point, RowClassificationProgress done, long rejected) => new()
    {
        Rows = done.Rows,
        RowsDoneBefore = point.Rows,
        Rejected = rejected,
        Tokens = done.Tokens,
        RejectsFile = files.Rejects?.Typed,
    };

    private ResumePoint BeginOrContinue(ResumableOutput? resumable, CancellationToken cancellationToken)
    {
        if (resumable is not null)
        {
            return options.Resume ? resumable.Continue(cancellationToken) : resumable.Begin();
        }

        if (files.Output.IsFile)
        {
            // What an earlier run left beside the file says nothing of what is going to be in it.
            new ResumeState(files.Output).Delete();
        }

        return default;
    }

    private async Task<IResultWriter> WriterAsync(OutputFile file, ResultColumns columns, ResumePoint point) => files.OutputFormat switch
    {
        RowFormat.Parquet when files.HasJournal => new ParquetJournalWriter(file, files.Output, columns),
        RowFormat.Parquet => await ParquetResultWriter.CreateAsync(file.Stream, columns).ConfigureAwait(false),
        RowFormat.Csv => new CsvResultWriter(file, columns, isNew: point.OutputLength == 0),
        _ => new JsonlResultWriter(file, columns),
    };

    // Also a run that does not resume another can be resumed, as far as its files allow.
    private async Task<ResumableOutput?> ResumableAsync(
        ResultColumns columns, SequenceClassifier classifier, OutputFile output, OutputFile? rejected, CancellationToken cancellationToken)
    {
        if (!CanBeResumed)
        {
            return null;
        }

        string header = CsvResultWriter.HeaderOf(columns);
        Dictionary<string, string> settings = SettingsOf(classifier.GetIdentity(cancellationToken));
        foreach ((string name, string value) in await InputSettings.OfAsync(files.Inputs, cancellationToken).ConfigureAwait(false))
        {
            settings.Add(name, value);
        }

        return new ResumableOutput(
            output,
            rejected,
            new ResumeState(files.Output, files.HasJournal ? files.Rows.Path : null),
            files.HasJournal ? new FinishedOutput(files.Output) : null,
            files.OutputFormat == RowFormat.Csv ? header : null,
            new SortedDictionary<string, string>(settings, StringComparer.Ordinal)
            {
                [ResumeSettings.InputFormat] = files.InputFormat.ToString(),
                [ResumeSettings.OutputFormat] = files.OutputFormat.ToString(),
                [ResumeSettings.TextColumn] = options.Rows.TextColumn ?? "the default",
                [ResumeSettings.PairColumn] = options.Rows.PairColumn ?? "none",
                [ResumeSettings.OutputColumns] = header.TrimEnd(),
                [ResumeSettings.TopK] = options.TopK?.ToString(CultureInfo.InvariantCulture) ?? "none",
                [ResumeSettings.UnreadableRows] = files.Rejects is null ? ResumeSettings.Stop : $"skipped to {files.Rejects.Path}",
            });
    }

    // Part by part, so that what differs is named; and as a whole, for what one of the two does not have.
    private static Dictionary<string, string> SettingsOf(ModelIdentity model) => model.Parts
        .Select(part => KeyValuePair.Create($"model ({part.Key})", part.Value))
        .Append(KeyValuePair.Create("model identity", model.ToString()))
        .ToDictionary(StringComparer.Ordinal);
}

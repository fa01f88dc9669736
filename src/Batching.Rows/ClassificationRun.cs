using System.Globalization;
using System.Security.Cryptography;
using Batching;
using Classify.Commands;
using Classify.Inputs;
using Classify.Outputs;
using Classify.Progress;

namespace Classify;

/// <summary>Classifies a file into another: reads, classifies, writes, and shows how far it is.</summary>
internal sealed class ClassificationRun(ClassifyOptions options)
{
    private const int CommitBytes = 1 << 16;

    // Who follows the output sees rows come; who kills the run loses little.
    private static readonly TimeSpan CommitInterval = TimeSpan.FromMilliseconds(200);

    private readonly TimeProvider clock = TimeProvider.System;

    /// <exception cref="CommandException">A row or a file cannot be read or written.</exception>
    /// <exception cref="ModelLoadException">The model cannot be loaded.</exception>
    /// <exception cref="ModelRunException">The model cannot be run.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; what was finished is written.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        string summary = "";
        await ProgressDisplays.OnError().RunAsync(async report => summary = await RunAsync(report, cancellationToken));
        await Console.Error.WriteLineAsync(summary);
    }

    private async Task<string> RunAsync(Action<RunFigures> report, CancellationToken cancellationToken)
    {
        // Nothing is touched before everything that can be checked is.
        await using var feed = new RowFeed(options.Input, RowReaders.Open(options.Input, options.InputFormat, options.Columns));
        await feed.StartAsync(cancellationToken);
        using SequenceClassifier classifier = options.Model.LoadClassifier(computesIdentity: options.CanBeResumed);
        var columns = new ResultColumns(classifier.Labels, options.Columns.Others, options.TopK, options.WritesLogits);
        using OutputFile output = OutputFile.Open(options.Output, reads: options.Resumes);
        using OutputFile? rejected = options.Rejects is null ? null : OutputFile.Open(options.Rejects, reads: options.Resumes);
        ResumableOutput? resumable = await ResumableAsync(columns, classifier, output, rejected, cancellationToken);
        ResumePoint point = BeginOrContinue(resumable, cancellationToken);
        output.Keep(point.OutputLength);
        rejected?.Keep(point.RejectsLength);

        using RejectsFile? rejects = rejected is null ? null : new RejectsFile(rejected);
        await using IResultWriter writer = await WriterAsync(output, columns, point);
        var pending = new PendingRows(rejects);
        using var padding = new PaddingListener();
        var figures = new RunFigures(clock, () => padding.Share);
        try
        {
            await WriteAsync(feed.ReadAsync(point.Rows, pending, options.Rejects is not null, cancellationToken));
        }
        finally
        {
            // Also what a failure or Ctrl+C came after. If it was a commit that failed, this one does so as well, and nothing follows.
            Commit();
            await writer.CompleteAsync();
            rejected?.FlushToDisk();
            output.FlushToDisk();
        }

        feed.ThrowIfFailed(resumable is null
            ? "Correct the row, or set it aside with --on-error skip."
            : "Correct the row and begin again, or go on without it with --resume --on-error skip.");
        if (!options.Resumes)
        {
            resumable?.Forget();
        }

        return SummaryOf(figures, point, pending);

        async Task WriteAsync(IAsyncEnumerable<TextInput> inputs)
        {
            long committed = clock.GetTimestamp();
            await foreach (Classification result in ResultStream.ReadAsync(classifier, inputs, Commit, cancellationToken))
            {
                InputRow row = pending.Next();
                await writer.WriteAsync(row, result);
                figures.AddRow(result.TokenCount, row.Position, feed.Length);
                if (writer.Uncommitted >= CommitBytes || clock.GetElapsedTime(committed) >= CommitInterval)
                {
                    Commit();
                    committed = clock.GetTimestamp();
                }

                report(figures);
            }
        }

        void Commit() => pending.Commit(writer);
    }

    private ResumePoint BeginOrContinue(ResumableOutput? resumable, CancellationToken cancellationToken)
    {
        if (resumable is not null)
        {
            return options.Resumes ? resumable.Continue(cancellationToken) : resumable.Begin();
        }

        if (options.Output.IsFile)
        {
            // What an earlier run left beside the file says nothing of what is going to be in it.
            new ResumeState(options.Output).Delete();
        }

        return default;
    }

    private string SummaryOf(RunFigures figures, ResumePoint point, PendingRows pending)
    {
        string before = point.Rows == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" After the first {point.Rows:N0}, which were done.");
        string skipped = pending.Rejected == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" {pending.Rejected:N0} rows were skipped; they are in {options.Rejects!.Name}.");
        return $"{figures.Summary()}{before}{skipped}";
    }

    private async Task<IResultWriter> WriterAsync(OutputFile file, ResultColumns columns, ResumePoint point) => options.OutputFormat switch
    {
        FileFormat.Parquet => await ParquetResultWriter.CreateAsync(file, columns),
        FileFormat.Csv => new CsvResultWriter(file, columns, isNew: point.OutputLength == 0),
        _ => new JsonlResultWriter(file, columns),
    };

    // Also a run without --resume can be resumed, as far as its files allow.
    private async Task<ResumableOutput?> ResumableAsync(
        ResultColumns columns, SequenceClassifier classifier, OutputFile output, OutputFile? rejected, CancellationToken cancellationToken)
    {
        if (!options.CanBeResumed)
        {
            return null;
        }

        string header = CsvResultWriter.HeaderOf(columns);
        return new ResumableOutput(
            output,
            rejected,
            new ResumeState(options.Output),
            options.OutputFormat == FileFormat.Csv ? header : null,
            new SortedDictionary<string, string>(SettingsOf(classifier.GetIdentity(cancellationToken)), StringComparer.Ordinal)
            {
                ["input (its content differs)"] = await HashAsync(cancellationToken),
                ["--input-format"] = options.InputFormat.ToString(),
                ["--output-format"] = options.OutputFormat.ToString(),
                ["--column"] = options.Columns.Text ?? "the default",
                ["--pair-column"] = options.Columns.Pair ?? "none",
                ["set of output columns (--keep, --logits)"] = header.TrimEnd(),
                ["--top-k"] = options.TopK?.ToString(CultureInfo.InvariantCulture) ?? "none",
                ["--precision"] = options.Model.Precision?.ToString() ?? "the default",
                [ResumableOutput.OnError] = options.Rejects is null ? ResumableOutput.Stop : $"skip to {options.Rejects.Path}",
            });
    }

    // Part by part, so that what differs is named; and as a whole, for what one of the two does not have.
    private static Dictionary<string, string> SettingsOf(ModelIdentity model) => model.Parts
        .Select(part => KeyValuePair.Create($"model ({part.Key})", part.Value))
        .Append(KeyValuePair.Create("model identity", model.ToString()))
        .ToDictionary(StringComparer.Ordinal);

    // The whole of it: reading takes a thousandth of the time that classifying does.
    private async Task<string> HashAsync(CancellationToken cancellationToken)
    {
        await using Stream input = options.Input.Open();
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(input, cancellationToken));
    }
}

using Batching.Rows.Files;
using Batching.Rows.Inputs;
using Batching.Rows.Outputs;

namespace Batching.Rows.Runs;

/// <summary>The files of a run and their formats: each is there as the options need it, and none is another.</summary>
internal sealed record RunFiles
{
    /// <summary>What is read, one after another; one that can be read once is alone.</summary>
    public required IReadOnlyList<InputSource> Inputs { get; init; }

    public required RowFormat InputFormat { get; init; }

    public required OutputTarget Output { get; init; }

    /// <summary>Where rows are written as they come: the output, or the journal of a Parquet file.</summary>
    public required OutputTarget Rows { get; init; }

    /// <summary>Whether the output is made of a journal at the end.</summary>
    public bool HasJournal => Rows != Output;

    public required RowFormat OutputFormat { get; init; }

    /// <summary>Where rows go that cannot be read; null where they end the run.</summary>
    public required OutputTarget? Rejects { get; init; }

    /// <summary>Whether the run can be resumed: its files are there to be read again, and so is the output.</summary>
    public bool CanBeResumed => Inputs.All(input => input.CanBeReadAgain) && Output.IsFile && Rejects is null or { IsFile: true };

    /// <exception cref="RowsException">The options do not go together, or a file is not as it has to be.</exception>
    public static RunFiles Of(RowClassificationOptions options)
    {
        var output = OutputTarget.Of(options.Output, nameof(options.Output));
        IReadOnlyList<InputSource> inputs = InputFiles.Of(options.Inputs);
        RowFormat outputFormat = RowFormats.Of(output.Typed, options.OutputFormat, RowFormats.Outputs, RowFormat.Jsonl, nameof(options.OutputFormat));
        var files = new RunFiles
        {
            Inputs = inputs,
            InputFormat = FormatOf(inputs, options.Rows.Format),
            Output = output,
            Rows = outputFormat == RowFormat.Parquet && output.IsFile ? output.Journal(ParquetJournalWriter.PathOf(output)) : output,
            OutputFormat = outputFormat,
            Rejects = RejectsOf(options, output),
        };
        files.Check(options);
        return files;
    }

    private static RowFormat FormatOf(IReadOnlyList<InputSource> inputs, RowFormat? given)
    {
        RowFormat[] formats = [.. inputs.Select(input => RowFormats.Of(input.Path, given, RowFormats.Inputs, RowFormat.Txt, nameof(RowReaderOptions.Format)))];
        int other = Array.FindIndex(formats, format => format != formats[0]);
        return other < 0 ? formats[0] : throw RowsException.Refused(
            $"'{inputs[0].Path}' is {RowFormats.NameOf(formats[0])} and '{inputs[other].Path}' is {RowFormats.NameOf(formats[other])}. Give files of one format.",
            setting: nameof(RowClassificationOptions.Inputs));
    }

    private static OutputTarget? RejectsOf(RowClassificationOptions options, OutputTarget output) => options.SkipUnreadableRows switch
    {
        true when options.Rejects is null && !output.IsFile => throw RowsException.Refused(
            $"With the output on {output.Name}, rows that are skipped need a file to go to. Give one.", setting: nameof(options.Rejects)),
        true => OutputTarget.Of(options.Rejects ?? $"{output.Typed}.rejects.jsonl", nameof(options.Rejects)),
        false when options.Rejects is not null => throw RowsException.Refused(
            $"'{options.Rejects}' is for rows that are skipped, and none are. Skip them, or leave it out.", setting: nameof(options.SkipUnreadableRows)),
        false => null,
    };

    private void Check(RowClassificationOptions options)
    {
        if (options.TopK < 1)
        {
            throw RowsException.Refused($"The best {options.TopK} labels of each row are asked for. Ask for at least 1.", setting: nameof(options.TopK));
        }

        if (Output.IsFile && Compressions.Of(Output.Typed) != Compression.None)
        {
            throw RowsException.Refused(
                $"'{Output.Typed}' would be packed, and outputs are written as they are, so that they can be followed and resumed. Leave the ending '{Path.GetExtension(Output.Typed)}' out, or pack what stdout gives.",
                setting: nameof(options.Output));
        }

        if (OutputFormat == RowFormat.Parquet && Output.IsStandardOutput)
        {
            throw RowsException.Refused("Parquet cannot be written to stdout. Give a file.", setting: nameof(options.Output));
        }

        if (options.Resume && !(Output.IsFile && Inputs.All(input => input.CanBeReadAgain || input.IsMissing) && Rejects is null or { IsFile: true }))
        {
            throw RowsException.Refused(
                "A run can go on with files only, because stdin, stdout, pipes and devices cannot be read again. Give the input, the output and the rejects as files.",
                setting: nameof(options.Resume));
        }

        DistinctFiles.Demand(options.Inputs, Inputs, Output, Rejects);
        if (HasJournal && !Rows.IsFile)
        {
            throw RowsException.Refused($"{Output.Name} cannot be written: '{Rows.Path}', where its rows go until all are there, is no file.", setting: nameof(options.Output));
        }
    }
}

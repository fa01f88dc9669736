using System.Globalization;
using Batching;
using CourseNotes;

string? folder = args.FirstOrDefault();
try
{
    IReadOnlyList<Cell> cells = Notes.Run(folder ?? Notes.DefaultModel);
    foreach ((int index, Cell cell) in cells.Index())
    {
        PrintCell(index + 1, cell);
    }

    if (folder is null)
    {
        Console.WriteLine("These are the default model's figures. Give the folder of distilbert-base-uncased-finetuned-sst-2-english to see the notes'.");
    }
    else
    {
        PrintComparisons([.. Comparison.Of(cells)]);
    }

    return 0;
}
catch (Exception exception) when (exception is ModelLoadException or ModelRunException or ArgumentException)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}

static void PrintCell(int number, Cell cell)
{
    Console.WriteLine($"{number}. {cell.Title}");
    Console.WriteLine(cell.Remark);
    foreach (CodeLine line in cell.Lines)
    {
        Console.WriteLine($"    {line.Code}");
        if (line.Output is not null)
        {
            Console.WriteLine($"    => {line.Output}");
        }
    }

    Console.WriteLine();
}

static void PrintComparisons(IReadOnlyList<Comparison> comparisons)
{
    Console.WriteLine($"{"Beside the notes",-24}{"the notes",-20}{"difference",-12}this model");
    foreach (Comparison row in comparisons)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{row.Cell,-24}{Format.Row(row.NotesLogits),-20}{row.Difference,-12:0.0000}{Format.Row(row.Logits)}"));
    }

    Console.WriteLine(comparisons.All(row => row.IsSame)
        ? "These are the notes' figures."
        : "These are not the notes' figures: theirs are of distilbert-base-uncased-finetuned-sst-2-english at full precision.");
}

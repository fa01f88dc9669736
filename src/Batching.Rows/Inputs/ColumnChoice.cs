namespace Batching.Rows.Inputs;

/// <summary>Which columns of an input are read.</summary>
/// <param name="Text">The column of the text; null for the first of <see cref="TextNames"/> that is there.</param>
/// <param name="Pair">The column of the second text of a pair, or null.</param>
/// <param name="Others">Further columns, read as they are.</param>
internal sealed record ColumnChoice(string? Text, string? Pair, IReadOnlyList<string> Others)
{
    public static IReadOnlyList<string> TextNames { get; } = ["text", "sentence", "content"];

    /// <summary>Where the columns are in a header.</summary>
    /// <exception cref="RowsException">A column is not there.</exception>
    public ColumnIndexes In(string input, IReadOnlyList<string> header) => new(
        Text is null ? DefaultTextIn(input, header) : IndexOf(input, header, Text, nameof(RowReaderOptions.TextColumn)),
        Pair is null ? null : IndexOf(input, header, Pair, nameof(RowReaderOptions.PairColumn)),
        [.. Others.Select(name => IndexOf(input, header, name, nameof(RowReaderOptions.KeptColumns)))]);

    private static int IndexOf(string input, IReadOnlyList<string> header, string name, string setting)
    {
        int[] found = [.. Enumerable.Range(0, header.Count).Where(index => header[index] == name)];
        return found.Length switch
        {
            1 => found[0],
            0 => throw RowsException.Refused($"{input} has no column '{name}'. {Listed(header)}", setting: setting),
            var count => throw RowsException.Refused($"{input} has {count} columns '{name}', and which of them is meant cannot be told. Give each a name of its own.", setting: setting),
        };
    }

    private static int DefaultTextIn(string input, IReadOnlyList<string> header)
    {
        string? name = TextNames.FirstOrDefault(header.Contains);
        return name is null
            ? throw RowsException.Refused(
                $"{input} has no column {string.Join(" or ", TextNames)}. {Listed(header)} Name the one that holds the text.", setting: nameof(RowReaderOptions.TextColumn))
            : IndexOf(input, header, name, nameof(RowReaderOptions.TextColumn));
    }

    private static string Listed(IReadOnlyList<string> header) => $"Its columns are: {string.Join(", ", header)}.";
}

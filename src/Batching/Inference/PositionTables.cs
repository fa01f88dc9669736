using Batching.Folders;

namespace Batching.Inference;

/// <summary>Tells from the sizes of a graph's tables whether its positions may be fewer than a row can have tokens.</summary>
/// <param name="LengthToTry">The length of a row that shows whether there are enough.</param>
/// <param name="Guesses">How many there may be instead, the largest first.</param>
/// <remarks>
/// A run as long as the longest row would tell for sure, and take a second where that is long. Most graphs have their
/// positions in a table that shows them to be enough, or, where positions are relative or computed, in none that could be short.
/// </remarks>
internal sealed record PositionTables(int LengthToTry, IReadOnlyList<int> Guesses)
{
    // Where no file names a limit, as many as an encoder may be expected to have that is run to its end to find out.
    private const int MostUnclaimed = 2048;

    /// <summary>What to try; null where nothing suggests that there are too few.</summary>
    /// <param name="tables">The dimensions of the constants that the graph looks numbers up in.</param>
    /// <param name="config">What config.json says.</param>
    /// <param name="vocabularySize">The number of ids with embeddings; null where it is not known.</param>
    public static PositionTables? Suspect(IReadOnlyList<IReadOnlyList<long>> tables, ModelConfig config, int? vocabularySize)
    {
        List<IReadOnlyList<long>> others = [.. tables.Where(table => RowsOf(table) > 1)];
        IReadOnlyList<long>? words = TakeOut(others, table => RowsOf(table) == vocabularySize);
        TakeOut(others, table => table.Count == 2 && table[0] == config.TypeVocabularySize && (words is null || table[1] == words[^1]));

        // Positions are added to the embeddings of words; a table of another width is one of relative positions.
        IEnumerable<long> rows = others
            .Where(table => words is null || table.Count != 2 || table[0] == 1 || table[1] == 1 || table[1] == words[^1])
            .Select(RowsOf);
        long most = config.PositionRows - 1 ?? MostUnclaimed;
        int unused = config.PositionRows - config.MaxPositions ?? 0;
        int[] guesses = [.. rows.Where(count => count <= most).Select(count => (int)count - unused).Distinct().OrderDescending()];
        return guesses.Length == 0 ? null : new PositionTables(config.MaxPositions ?? guesses[0] + 1, guesses);
    }

    private static IReadOnlyList<long>? TakeOut(List<IReadOnlyList<long>> tables, Predicate<IReadOnlyList<long>> isIt)
    {
        int index = tables.FindIndex(isIt);
        if (index < 0)
        {
            return null;
        }

        IReadOnlyList<long> found = tables[index];
        tables.RemoveAt(index);
        return found;
    }

    // The first dimension that is not 1.
    private static long RowsOf(IReadOnlyList<long> table) => table.FirstOrDefault(size => size != 1, 1);
}

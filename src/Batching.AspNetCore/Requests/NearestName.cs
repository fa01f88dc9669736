namespace Batching.AspNetCore.Requests;

/// <summary>Finds what was meant.</summary>
internal static class NearestName
{
    /// <summary>The name that is most like a misspelt one; null where none is near.</summary>
    public static string? Of(string misspelt, IEnumerable<string> names)
    {
        string wanted = Bare(misspelt);
        (string? nearest, int least) = (null, 1 + (wanted.Length / 4));
        foreach (string name in names)
        {
            int edits = Edits(wanted, Bare(name));
            if (edits <= least)
            {
                (nearest, least) = (name, edits - 1);
            }
        }

        return nearest;
    }

    /// <summary>A sentence that asks for the nearest name, with a space before it; empty where none is near.</summary>
    public static string Question(string misspelt, IEnumerable<string> names) => Of(misspelt, names) is { } nearest ? $" Is {nearest} meant?" : "";

    // --apikey and --api_key are --api-key.
    private static string Bare(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToUpperInvariant();

    // How many letters have to be put in, taken out or replaced.
    private static int Edits(string from, string to)
    {
        int[] previous = [.. Enumerable.Range(0, to.Length + 1)];
        for (int i = 1; i <= from.Length; i++)
        {
            int[] row = new int[to.Length + 1];
            row[0] = i;
            for (int j = 1; j <= to.Length; j++)
            {
                int replaced = previous[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                row[j] = Math.Min(replaced, 1 + Math.Min(previous[j], row[j - 1]));
            }

            previous = row;
        }

        return previous[^1];
    }
}

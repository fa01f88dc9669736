namespace Batching.Tokenization;

/// <summary>The pieces of a vocabulary as a trie over UTF-16 units, to find all that start at a place in a text.</summary>
/// <remarks>
/// The children of a node are side by side and sorted, so that a node is its place in three arrays, ten bytes in all, and
/// nothing is hashed. Immutable and thread-safe.
/// </remarks>
internal sealed class PieceTrie
{
    public const int Root = 0;

    /// <summary>No node: stands for a child that there is not.</summary>
    public const int None = 0;

    private const int NoPiece = -1;

    // Up to here looking at one after the other is faster.
    private const int FewChildren = 16;

    // By the first unit of a piece, as the root has thousands of children.
    private readonly int[] childOfRoot = new int[char.MaxValue + 1];

    private readonly char[] labels;
    private readonly int[] ids;

    // Where the children of each node start; those of the last node end where an entry more says.
    private readonly int[] firstChildren;

    /// <param name="pieces">The pieces by id; of one that comes twice, the last id counts. An empty one is never found.</param>
    public PieceTrie(IReadOnlyList<string> pieces)
    {
        (string Text, int Id)[] sorted = [.. pieces.Select((text, id) => (text, id))];
        Array.Sort(sorted, (one, other) =>
            string.CompareOrdinal(one.Text, other.Text) is var order and not 0 ? order : one.Id.CompareTo(other.Id));

        // Level by level: a node is the range of the pieces that start with it.
        List<char> nodeLabels = ['\0'];
        List<int> nodeIds = [NoPiece];
        List<int> nodeFirstChildren = [];
        List<(int Start, int End, int Depth)> ranges = [(0, sorted.Length, 0)];
        for (int node = 0; node < ranges.Count; node++)
        {
            (int start, int end, int depth) = ranges[node];
            nodeFirstChildren.Add(nodeLabels.Count);
            while (start < end && sorted[start].Text.Length == depth)
            {
                nodeIds[node] = sorted[start++].Id;
            }

            while (start < end)
            {
                char label = sorted[start].Text[depth];
                int first = start;
                while (start < end && sorted[start].Text[depth] == label)
                {
                    start++;
                }

                if (node == Root)
                {
                    childOfRoot[label] = nodeLabels.Count;
                }

                nodeLabels.Add(label);
                nodeIds.Add(NoPiece);
                ranges.Add((first, start, depth + 1));
            }
        }

        nodeFirstChildren.Add(nodeLabels.Count);
        labels = [.. nodeLabels];
        ids = [.. nodeIds];
        firstChildren = [.. nodeFirstChildren];
    }

    /// <returns>The node that <paramref name="unit"/> leads to from <paramref name="node"/>, or <see cref="None"/>.</returns>
    public int ChildOf(int node, char unit)
    {
        if (node == Root)
        {
            return childOfRoot[unit];
        }

        int first = firstChildren[node];
        ReadOnlySpan<char> children = labels.AsSpan(first, firstChildren[node + 1] - first);
        int index = children.Length <= FewChildren ? children.IndexOf(unit) : children.BinarySearch(unit);
        return index < 0 ? None : first + index;
    }

    /// <summary>The id of the piece that ends at <paramref name="node"/>, if one does.</summary>
    public bool TryGetId(int node, out int id)
    {
        id = ids[node];
        return id != NoPiece;
    }

    /// <summary>The id of a piece.</summary>
    /// <param name="piece">Not empty.</param>
    /// <param name="id">The id.</param>
    public bool TryFind(ReadOnlySpan<char> piece, out int id)
    {
        int node = Root;
        foreach (char unit in piece)
        {
            node = ChildOf(node, unit);
            if (node == None)
            {
                id = NoPiece;
                return false;
            }
        }

        return TryGetId(node, out id);
    }
}

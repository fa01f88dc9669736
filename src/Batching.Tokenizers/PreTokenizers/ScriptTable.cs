namespace Batching.Tokenization;

/// <summary>The script of every Unicode scalar, as Hugging Face's <c>UnicodeScripts</c> tells them apart.</summary>
internal static class ScriptTable
{
    /// <summary>That of a space and of what has no script: it goes with any other.</summary>
    public const int Any = 0;

    private const int BlockShift = 8;

    private static readonly Lazy<(byte[] OfBlock, byte[] OfScalar)> Table = new(Read);

    public static int ScriptOf(int scalar)
    {
        (byte[] ofBlock, byte[] ofScalar) = Table.Value;
        return ofScalar[(ofBlock[scalar >> BlockShift] << BlockShift) | (scalar & ((1 << BlockShift) - 1))];
    }

    private static (byte[] OfBlock, byte[] OfScalar) Read()
    {
        const int Scalars = 0x110000;
        var scripts = new byte[Scalars];
        foreach ((int script, ScalarRanges ranges) in RegexClasses.Scripts)
        {
            foreach ((int first, int last) in ranges.Items)
            {
                scripts.AsSpan(first, last - first + 1).Fill((byte)script);
            }
        }

        // Blocks that are alike are one.
        var ofBlock = new byte[Scalars >> BlockShift];
        var blocks = new List<byte[]>();
        for (int block = 0; block < ofBlock.Length; block++)
        {
            byte[] content = scripts[(block << BlockShift)..((block + 1) << BlockShift)];
            int known = blocks.FindIndex(other => other.AsSpan().SequenceEqual(content));
            if (known < 0)
            {
                known = blocks.Count;
                blocks.Add(content);
            }

            ofBlock[block] = (byte)known;
        }

        return (ofBlock, [.. blocks.SelectMany(block => block)]);
    }
}

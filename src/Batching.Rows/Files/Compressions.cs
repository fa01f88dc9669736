namespace Batching.Rows.Files;

/// <summary>Compression by the ending of a name, and by the first bytes of a stream.</summary>
internal static class Compressions
{
    /// <summary>The first bytes that tell each. No text of UTF-8 begins with either: their second byte cannot follow their first there.</summary>
    public static (Compression Compression, byte[] Bytes)[] Marks { get; } =
        [(Compression.Gzip, [0x1F, 0x8B]), (Compression.Zstandard, [0x28, 0xB5, 0x2F, 0xFD])];

    public static Compression Of(string path) =>
        path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? Compression.Gzip
        : path.EndsWith(".zst", StringComparison.OrdinalIgnoreCase) ? Compression.Zstandard
        : Compression.None;

    /// <summary>The name without the ending that says how it is packed.</summary>
    public static string Unpacked(string path) => Of(path) == Compression.None ? path : Path.ChangeExtension(path, null);

    /// <summary>Whether more bytes are needed to tell.</summary>
    public static bool IsOpen(ReadOnlySpan<byte> start)
    {
        foreach ((_, byte[] mark) in Marks)
        {
            if (start.Length < mark.Length && mark.AsSpan().StartsWith(start))
            {
                return true;
            }
        }

        return false;
    }

    public static Compression OfStart(ReadOnlySpan<byte> start)
    {
        foreach ((Compression compression, byte[] mark) in Marks)
        {
            if (start.StartsWith(mark))
            {
                return compression;
            }
        }

        return Compression.None;
    }

    /// <summary>What messages call it.</summary>
    public static string NameOf(Compression compression) => compression == Compression.Gzip ? "gzip" : "Zstandard";
}

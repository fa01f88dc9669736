using System.Globalization;
using System.Security.Cryptography;
using Batching.Rows.Files;

namespace Batching.Rows.Outputs;

/// <summary>An output that is put in its place whole, when all rows are there; what a run noted of it tells it from another file of its name.</summary>
internal sealed class FinishedOutput(OutputTarget output)
{
    /// <summary>What messages call it.</summary>
    public string Name => output.Name;

    public bool IsThere => FileNode.At(output.Path).Kind == FileKind.Regular && new FileInfo(output.Path).Length > 0;

    /// <summary>How many rows were done for it, and what it is.</summary>
    public string NoteOf(long rows) => string.Create(CultureInfo.InvariantCulture, $"{rows} rows, {Hash()}");

    /// <summary>The rows that were done for it; null where it is not what was noted.</summary>
    public long? RowsOf(string note) =>
        note.Split(' ') is [var rows, "rows,", var hash] && hash == Hash() && long.TryParse(rows, CultureInfo.InvariantCulture, out long done) ? done : null;

    private string Hash()
    {
        using FileStream file = File.OpenRead(output.Path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}

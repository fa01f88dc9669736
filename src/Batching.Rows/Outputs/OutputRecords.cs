using System.Buffers.Text;

namespace Batching.Rows.Outputs;

/// <summary>The whole records of an output or of rejects, as this program writes them. A torn one at the end is none.</summary>
internal static class OutputRecords
{
    // No number of a row is beyond it.
    private const int LongestStart = 40;

    /// <param name="stream">The file, from its first record.</param>
    /// <param name="isCsv">Whether it is csv, where a line end between double quotes belongs to a field, or JSON lines.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static IEnumerable<OutputRecord> Read(Stream stream, bool isCsv, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 16];
        var start = new byte[LongestStart];
        int startLength = 0;
        bool isQuoted = false;
        long read = stream.Position;
        for (int length; (length = stream.Read(buffer)) > 0; read += length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (int index = 0; index < length; index++)
            {
                byte value = buffer[index];
                if (startLength < LongestStart)
                {
                    start[startLength++] = value;
                }

                if (isCsv && value == '"')
                {
                    isQuoted = !isQuoted;
                }
                else if (value == '\n' && !isQuoted)
                {
                    yield return new OutputRecord(RowOf(start.AsSpan(0, startLength), isCsv), read + index + 1, start[0] == 0);
                    startLength = 0;
                }
            }
        }
    }

    // The first field of csv, the first property of JSON.
    private static long? RowOf(ReadOnlySpan<byte> start, bool isCsv)
    {
        ReadOnlySpan<byte> before = isCsv ? [] : "{\"row\":"u8;
        return start.StartsWith(before)
            && Utf8Parser.TryParse(start[before.Length..], out long row, out int digits)
            && row > 0
            && start[before.Length + digits] == ','
            ? row
            : null;
    }
}

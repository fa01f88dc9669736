namespace Classify.Outputs;

/// <summary>What of an output file is whole: its complete records, without a torn one at its end.</summary>
/// <param name="Count">The number of complete records, a header counted.</param>
/// <param name="End">The bytes up to the end of the last of them.</param>
/// <param name="LastStart">The bytes up to its start.</param>
internal readonly record struct RecordScan(long Count, long End, long LastStart)
{
    /// <param name="stream">The file, from its start.</param>
    /// <param name="hasQuotes">Whether a line end between double quotes belongs to a field, as in csv; in jsonl none does.</param>
    public static RecordScan Of(Stream stream, bool hasQuotes)
    {
        var buffer = new byte[1 << 16];
        bool isQuoted = false;
        long read = 0;
        var scan = default(RecordScan);
        for (int length; (length = stream.Read(buffer)) > 0; read += length)
        {
            for (int index = 0; index < length; index++)
            {
                if (hasQuotes && buffer[index] == '"')
                {
                    isQuoted = !isQuoted;
                }
                else if (buffer[index] == '\n' && !isQuoted)
                {
                    scan = new RecordScan(scan.Count + 1, read + index + 1, scan.End);
                }
            }
        }

        return scan;
    }
}

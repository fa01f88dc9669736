using System.Text;

namespace Batching.Tokenization;

/// <summary>The lines of a text file.</summary>
internal static class FileLines
{
    /// <exception cref="ModelLoadException">The file is not UTF-8.</exception>
    public static IReadOnlyList<string> Read(byte[] content, string file)
    {
        var lines = new List<string>();
        try
        {
            var encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
            ReadOnlySpan<char> text = encoding.GetString(content).AsSpan().TrimStart('\uFEFF');
            foreach (Range range in text.Split('\n'))
            {
                // Only the last line may be missing its end; the text after the last end is no line.
                ReadOnlySpan<char> line = text[range].TrimEnd('\r');
                if (range.End.Value < text.Length || !line.IsEmpty)
                {
                    lines.Add(line.ToString());
                }
            }
        }
        catch (DecoderFallbackException exception)
        {
            throw new ModelLoadException($"'{file}' is damaged: it is not UTF-8. Download the file again.", file, exception);
        }

        return lines;
    }
}

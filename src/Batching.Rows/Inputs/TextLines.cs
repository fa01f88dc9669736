using System.Runtime.CompilerServices;
using System.Text.Json;
using Batching.Rows;
using Batching.Rows.Inputs;

namespace Batching;

/// <summary>
/// Texts on stdin: JSON objects a line with <c>text</c> and perhaps <c>pair</c>, or plain lines. The first line decides: it is
/// JSON if it begins with a brace.
/// </summary>
/// <remarks>A text comes as soon as its line is there, so that whoever writes a line may wait for the answer to it. Not thread-safe.</remarks>
public sealed class TextLines : IAsyncDisposable
{
    private readonly InputSource source = new(RowFormats.StandardStream);
    private readonly LineReader lines;

    /// <summary>Opens stdin.</summary>
    /// <exception cref="RowsException">It cannot be read.</exception>
    public TextLines() => lines = new LineReader(source);

    /// <summary>Whether the next text is there already, so that reading it waits for nobody.</summary>
    public bool HasBufferedText => lines.HasBufferedLine;

    /// <summary>The texts, in the order of the lines.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>A text, or a pair of texts, for each line that is not empty JSON.</returns>
    /// <exception cref="RowsException">A line cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async IAsyncEnumerable<TextInput> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        bool? isJson = null;
        await foreach (Line line in lines.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            isJson ??= line.Bytes.Span.StartsWith("{"u8);
            if (line.Error is { } error)
            {
                throw Failed(line, error);
            }

            if (!isJson.Value)
            {
                yield return line.Text;
            }
            else if (!line.Bytes.IsEmpty)
            {
                yield return Parse(line);
            }
        }
    }

    /// <summary>Closes stdin.</summary>
    /// <returns>Ends when it is closed.</returns>
    public ValueTask DisposeAsync() => lines.DisposeAsync();

    private TextInput Parse(Line line)
    {
        try
        {
            using JsonDocument document = JsonTexts.ParseObject(line.Bytes);
            JsonElement root = document.RootElement;
            return new TextInput(
                JsonTexts.Required(root, "text"),
                root.TryGetProperty("pair", out JsonElement pair) && pair.ValueKind != JsonValueKind.Null ? JsonTexts.StringOf(pair, "pair") : null);
        }
        catch (JsonException exception)
        {
            throw Failed(line, JsonTexts.Reason(exception));
        }
    }

    private RowsException Failed(Line line, string error) => RowsException.Failed(
        $"{source.Name}, line {line.Number}: {error}. Where the first line is JSON, every line is an object like {{\"text\": \"...\"}}.");
}

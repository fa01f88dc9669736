using System.Runtime.CompilerServices;
using System.Text.Json;
using Batching.Rows;
using Batching.Rows.Inputs;

namespace Batching.Cli;

/// <summary>
/// Texts on stdin: JSON objects a line with <c>text</c> and perhaps <c>pair</c>, or plain lines. The first line decides: it is
/// JSON if it begins with a brace.
/// </summary>
internal sealed class TextLines : IAsyncDisposable
{
    private readonly InputSource source = new(RowFormats.StandardStream);
    private readonly LineReader lines;

    public TextLines() => lines = new LineReader(source);

    /// <summary>Whether the next text is there already, so that reading it waits for nobody.</summary>
    public bool HasBufferedText => lines.HasBufferedLine;

    /// <exception cref="CommandException">A line cannot be read.</exception>
    public async IAsyncEnumerable<TextInput> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        bool? isJson = null;
        await foreach (Line line in lines.ReadAsync(cancellationToken))
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

    private CommandException Failed(Line line, string error) => CommandException.Failed(
        $"{source.Name}, line {line.Number}: {error}. Where the first line is JSON, every line is an object like {{\"text\": \"...\"}}.");
}

namespace Batching.Pipeline;

/// <summary>The texts of one call to rows, one text after the other: a row each, or a row for each window of a long one.</summary>
/// <remarks>Not thread-safe.</remarks>
/// <param name="tokenizer">Makes ids of texts.</param>
/// <param name="windowing">How long texts are windowed; null where they are truncated.</param>
internal sealed class RowEncoder(SequenceTokenizer tokenizer, EncodingOptions? windowing) : IDisposable
{
    private readonly WindowEncoder? encoder = windowing is null ? null : new WindowEncoder(tokenizer, windowing);

    /// <summary>Whether the text has a row left.</summary>
    public bool HasMore => encoder?.HasMore == true;

    /// <summary>Adds a text's first row.</summary>
    /// <exception cref="ArgumentException">There is no text, or it is too long to be windowed; no row was added.</exception>
    public void Begin(TextInput input, TextWindow window)
    {
        if (encoder is null)
        {
            tokenizer.Encode(input, window.Rows);
            window.EndText();
            return;
        }

        encoder.Begin(input);
        Continue(window);
    }

    /// <summary>Adds the text's next row.</summary>
    public void Continue(TextWindow window)
    {
        encoder!.AppendNext(window.Rows);
        if (!encoder.HasMore)
        {
            window.EndText();
        }
    }

    public void Dispose() => encoder?.Dispose();
}

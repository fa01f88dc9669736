namespace Batching.Pipeline;

/// <summary>Texts to rows, one text after the other: a row each, or a row for each window of a long one.</summary>
/// <remarks>Not thread-safe. The tokens of a text are made once, however many rows it has.</remarks>
/// <param name="tokenizer">Makes ids of texts.</param>
/// <param name="options">How a text becomes a row; null for the default.</param>
/// <param name="windows">Whether long texts are windowed, and not truncated.</param>
internal sealed class RowEncoder(SequenceTokenizer tokenizer, EncodingOptions? options, bool windows) : IDisposable
{
    private readonly WindowEncoder? encoder = windows ? new WindowEncoder(tokenizer, options ?? EncodingOptions.Default) : null;
    private TextInput input;
    private bool isWaiting;

    /// <summary>Whether the text has a row left.</summary>
    public bool HasMore => encoder?.HasMore ?? isWaiting;

    /// <summary>Whether the text that was begun has several rows.</summary>
    public bool IsLongerThanARow => encoder?.IsLongerThanAWindow == true;

    /// <summary>Begins a text.</summary>
    /// <exception cref="ArgumentException">There is no text, or it is too long to be windowed; it has no row.</exception>
    public void Begin(TextInput text) => TryBegin(text, int.MaxValue);

    /// <summary>Begins a text, unless it is to be windowed and has too many tokens, which shows before all of them are made.</summary>
    /// <param name="text">The text.</param>
    /// <param name="mostTokens">How many tokens there is any use for.</param>
    /// <returns>Whether it was begun.</returns>
    /// <exception cref="ArgumentException">There is no text, or it is too long to be windowed; it has no row.</exception>
    public bool TryBegin(TextInput text, int mostTokens)
    {
        if (encoder is not null)
        {
            return encoder.TryBegin(text, mostTokens);
        }

        input = text;
        isWaiting = true;
        return true;
    }

    /// <summary>Adds the text's next row.</summary>
    /// <exception cref="ArgumentException">There is no text; no row was added.</exception>
    public void AppendNext(TokenRows rows)
    {
        if (encoder is not null)
        {
            encoder.AppendNext(rows);
            return;
        }

        isWaiting = false;
        tokenizer.Encode(input, rows, options);
    }

    public void Dispose() => encoder?.Dispose();
}

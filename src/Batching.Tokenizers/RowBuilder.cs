namespace Batching;

/// <summary>Rows of texts that are ids already: each text is encoded once, and may stand in many rows.</summary>
/// <remarks>
/// <para>
/// What Hugging Face's <c>prepare_for_model</c> does: cuts what is too long, and puts the special tokens around it. So the
/// premise of a zero-shot classification is encoded once for all its hypotheses, and a query once for all documents; the rows
/// are those that <see cref="SequenceTokenizer.Encode(TextInput, TokenRows, EncodingOptions?)"/> makes of the texts.
/// </para>
/// <para>Immutable and thread-safe.</para>
/// </remarks>
public sealed class RowBuilder
{
    private readonly SequenceTokenizer tokenizer;
    private readonly EncodingOptions options;
    private readonly TruncationSide side;

    /// <summary>Creates a builder of rows.</summary>
    /// <param name="tokenizer">The tokenizer that made the ids.</param>
    /// <param name="options">How rows are cut; null for <see cref="EncodingOptions.Default"/>.</param>
    /// <exception cref="ArgumentException">The options cannot be met.</exception>
    public RowBuilder(SequenceTokenizer tokenizer, EncodingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        this.tokenizer = tokenizer;
        this.options = options ?? EncodingOptions.Default;
        side = tokenizer.SideFor(this.options);
    }

    /// <summary>The most tokens of a text, or of a text and its pair together, that a row holds.</summary>
    /// <param name="isPair">Whether there are two texts.</param>
    /// <returns>The limit, special tokens not counted; <see cref="int.MaxValue"/> where there is none.</returns>
    /// <exception cref="ArgumentException">The limit leaves no room for the special tokens.</exception>
    public int RoomFor(bool isPair) => tokenizer.RoomFor(isPair, options);

    /// <summary>Adds a row of a text.</summary>
    /// <param name="text">Its ids without special tokens, as <see cref="SequenceTokenizer.EncodeIds"/> makes them.</param>
    /// <param name="destination">Where the row goes; unchanged if an exception is thrown. Not where <paramref name="text"/> is kept.</param>
    /// <exception cref="ArgumentException">The options cannot be met.</exception>
    public void Append(ReadOnlySpan<int> text, TokenRows destination) => Append(isPair: false, text, [], destination);

    /// <summary>Adds a row of a text and its pair.</summary>
    /// <param name="text">The text's ids without special tokens, as <see cref="SequenceTokenizer.EncodeIds"/> makes them.</param>
    /// <param name="pair">The pair's. Where there are none, the row is that of the text and an empty pair, special tokens included.</param>
    /// <param name="destination">Where the row goes; unchanged if an exception is thrown. Not where the ids are kept.</param>
    /// <exception cref="ArgumentException">The options cannot be met.</exception>
    public void Append(ReadOnlySpan<int> text, ReadOnlySpan<int> pair, TokenRows destination) => Append(isPair: true, text, pair, destination);

    private void Append(bool isPair, ReadOnlySpan<int> text, ReadOnlySpan<int> pair, TokenRows destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        tokenizer.Template.AppendCut(destination, isPair, text, pair, RoomFor(isPair), side, options);
    }
}

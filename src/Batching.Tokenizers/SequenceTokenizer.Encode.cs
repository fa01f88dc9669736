using Batching.Tokenization;

namespace Batching;

// Text to rows of ids.
public sealed partial class SequenceTokenizer
{
    /// <summary>Encodes a text, or a pair of texts, as one row.</summary>
    /// <param name="input">The text.</param>
    /// <param name="options">How; null for <see cref="EncodingOptions.Default"/>.</param>
    /// <returns>The row.</returns>
    /// <exception cref="ArgumentException">The input has no text, or the options cannot be met.</exception>
    public SequenceEncoding Encode(TextInput input, EncodingOptions? options = null)
    {
        EncodingScratch scratch = EncodingScratch.Current;
        try
        {
            Encode(input, scratch.Rows, options);
            return new SequenceEncoding(scratch.Rows[0], scratch.Rows.TokenTypeIdsOf(0), scratch.Rows.IsTruncated(0));
        }
        finally
        {
            scratch.Release();
        }
    }

    /// <summary>Encodes a text, or a pair of texts, as one more row of <paramref name="destination"/>.</summary>
    /// <param name="input">The text.</param>
    /// <param name="destination">Where the row goes; unchanged if an exception is thrown.</param>
    /// <param name="options">How; null for <see cref="EncodingOptions.Default"/>.</param>
    /// <exception cref="ArgumentException">The input has no text, or the options cannot be met.</exception>
    public void Encode(TextInput input, TokenRows destination, EncodingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(destination);
        options ??= EncodingOptions.Default;
        int room = RoomFor(input, options);
        EncodingScratch scratch = EncodingScratch.Current;
        scratch.First.Clear();
        scratch.Second.Clear();
        AppendIds(input.Text, scratch.First, WantedOf(input, room, options));
        if (input.Pair is not null)
        {
            AppendIds(input.Pair, scratch.Second, WantedIds.All);
        }

        template.AppendCut(destination, input.Pair is not null, scratch.First.Span, scratch.Second.Span, room, SideFor(options), options);
        if (destination != scratch.Rows)
        {
            scratch.Release();
        }
    }

    /// <summary>Encodes a text without special tokens, uncut, as one more row of <paramref name="destination"/>: for a <see cref="RowBuilder"/>.</summary>
    /// <param name="text">The text. It may be empty.</param>
    /// <param name="destination">Where its ids go.</param>
    public void EncodeIds(string text, TokenRows destination)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(destination);
        EncodingScratch scratch = EncodingScratch.Current;
        scratch.First.Clear();
        AppendIds(text, scratch.First, WantedIds.All);
        destination.Add(scratch.First.Span);
        scratch.Release();
    }

    /// <summary>
    /// Encodes a text, or a pair of texts, as one row, and tells which part of the text each token stands for: Hugging Face's
    /// <c>return_offsets_mapping</c>.
    /// </summary>
    /// <param name="input">The text.</param>
    /// <param name="options">How; null for <see cref="EncodingOptions.Default"/>.</param>
    /// <returns>The row that <see cref="Encode(TextInput, EncodingOptions?)"/> gives, and the offsets of its tokens.</returns>
    /// <remarks>
    /// <para>
    /// Where a text is normalized, a token stands for the characters that Hugging Face's rules trace it to: what is made of one
    /// character stands for that character, what is composed of several for the first, and what is dropped is part of no
    /// token unless it lies between two characters of one. Marks that are put into another order take each other's places in
    /// turn.
    /// </para>
    /// <para>
    /// Two mistakes of Hugging Face's library are not made: characters that a SentencePiece map drops, and bytes that a
    /// vocabulary does not have, never move the offset of another.
    /// </para>
    /// <para>Two to eight times slower than without offsets.</para>
    /// </remarks>
    /// <exception cref="ArgumentException">The input has no text, or the options cannot be met.</exception>
    public OffsetEncoding EncodeWithOffsets(TextInput input, EncodingOptions? options = null)
    {
        options ??= EncodingOptions.Default;
        int room = RoomFor(input, options);
        bool needsFirstOnly = SideFor(options) == TruncationSide.Right && CutsSingle(input, room, options);
        using var placed = new PlacedInput(offsetEncoder, input, needsFirstOnly ? room + 1 : int.MaxValue);
        using var rows = new TokenRows();
        template.AppendCut(rows, input.Pair is not null, placed.First.Span, placed.Second.Span, room, SideFor(options), options);
        return placed.ToEncoding(rows[0], rows.TokenTypeIdsOf(0), rows.IsTruncated(0));
    }

    /// <summary>Encodes texts, each as one row.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="options">How; null for <see cref="EncodingOptions.Default"/>.</param>
    /// <returns>The rows in the order of the texts. The caller disposes of them.</returns>
    /// <exception cref="ArgumentException">A text is null, or the options cannot be met.</exception>
    public TokenRows EncodeBatch(IEnumerable<string> texts, EncodingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return EncodeBatch(TextInput.FromStrings(texts), options);
    }

    /// <summary>Encodes texts or pairs of texts, each as one row.</summary>
    /// <param name="inputs">The texts.</param>
    /// <param name="options">How; null for <see cref="EncodingOptions.Default"/>.</param>
    /// <returns>The rows in the order of the texts. The caller disposes of them.</returns>
    /// <exception cref="ArgumentException">An input has no text, or the options cannot be met.</exception>
    public TokenRows EncodeBatch(IEnumerable<TextInput> inputs, EncodingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var rows = new TokenRows();
        try
        {
            foreach (TextInput input in inputs)
            {
                Encode(input, rows, options);
            }

            return rows;
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Encodes a long text as windows, each of which starts with the last <see cref="EncodingOptions.Stride"/> tokens of
    /// the one before: Hugging Face's <c>return_overflowing_tokens</c>.
    /// </summary>
    /// <remarks>
    /// With <see cref="TruncationSide.Left"/> the first window holds the end of the text and the last, perhaps shorter one
    /// its start; each ends with the first <see cref="EncodingOptions.Stride"/> tokens of the one before.
    /// </remarks>
    /// <param name="input">The text. Of a pair, the text that the truncation strategy cuts is windowed and the other repeated.</param>
    /// <param name="options">How; the limit is <see cref="EncodingOptions.MaxLength"/> or the tokenizer's.</param>
    /// <returns>At least one window. <see cref="SequenceEncoding.IsTruncated"/> is true for all of several.</returns>
    /// <exception cref="ArgumentException">
    /// There is no limit, the stride does not fit into it, or the strategy does not say which text of a pair to window.
    /// </exception>
    public IReadOnlyList<SequenceEncoding> EncodeWindows(TextInput input, EncodingOptions? options = null)
    {
        options ??= EncodingOptions.Default;
        CheckWindowed(input, options);
        using var windowEncoder = new WindowEncoder(this, options);
        using var rows = new TokenRows();
        var windows = new List<SequenceEncoding>();
        windowEncoder.Begin(input);
        windowEncoder.CheckAdvance();
        while (windowEncoder.HasMore)
        {
            rows.Clear();
            windowEncoder.AppendNext(rows);
            windows.Add(new SequenceEncoding(rows[0], rows.TokenTypeIdsOf(0), rows.IsTruncated(0)));
        }

        return windows;
    }

    /// <summary>Encodes a long text as windows, and tells which part of the text each token stands for.</summary>
    /// <param name="input">The text, as for <see cref="EncodeWindows"/>.</param>
    /// <param name="options">How, as for <see cref="EncodeWindows"/>.</param>
    /// <returns>The windows that <see cref="EncodeWindows"/> gives, and the offsets of their tokens in the whole text.</returns>
    /// <exception cref="ArgumentException">
    /// There is no limit, the stride does not fit into it, or the strategy does not say which text of a pair to window.
    /// </exception>
    public IReadOnlyList<OffsetEncoding> EncodeWindowsWithOffsets(TextInput input, EncodingOptions? options = null)
    {
        options ??= EncodingOptions.Default;
        CheckWindowed(input, options);
        using var windowEncoder = new WindowEncoder(this, options);
        int room = windowEncoder.RoomFor(input);
        using var placed = new PlacedInput(offsetEncoder, input, int.MaxValue);
        using var rows = new TokenRows();
        var windows = new List<OffsetEncoding>();
        windowEncoder.Begin(input.Pair is not null, placed.First.Span, placed.Second.Span, room);
        windowEncoder.CheckAdvance();
        while (windowEncoder.HasMore)
        {
            rows.Clear();
            windowEncoder.AppendNext(rows);
            windows.Add(placed.ToEncoding(rows[0], rows.TokenTypeIdsOf(0), rows.IsTruncated(0)));
        }

        return windows;
    }

    // The ids of a text, in which added tokens stand for themselves.
    internal void AppendIds(ReadOnlySpan<char> text, IdBuffer ids, WantedIds wanted)
    {
        var stretches = new AddedTokenSplitter(rawTokens, text);
        while (wanted.WantsMore(ids) && stretches.MoveNext())
        {
            if (!stretches.Stretch.IsEmpty)
            {
                AppendStretch(stretches.Stretch, stretches.StretchStart == 0, ids, wanted);
            }

            if (stretches.Token is { } token)
            {
                ids.Add(token.Id);
            }
        }
    }

    private void AppendStretch(ReadOnlySpan<char> stretch, bool startsText, IdBuffer ids, WantedIds wanted)
    {
        if (normalizedTokens is null)
        {
            encoder.Encode(stretch, startsText, ids, wanted);
            return;
        }

        CharBuffer normalized = EncodingScratch.Current.Normalized;
        normalized.Clear();
        if (encoder.Normalizer is { } normalizer)
        {
            normalizer.Normalize(stretch, normalized);
            stretch = normalized.Span;
        }

        var parts = new AddedTokenSplitter(normalizedTokens, stretch);
        while (wanted.WantsMore(ids) && parts.MoveNext())
        {
            encoder.EncodeNormalized(parts.Stretch, startsText && parts.StretchStart == 0, ids, wanted);
            if (parts.Token is { } token)
            {
                ids.Add(token.Id);
            }
        }

        EncodingScratch.Trim(normalized);
    }

    // The most tokens of the texts, special tokens not counted; int.MaxValue for no limit.
    internal int RoomFor(TextInput input, EncodingOptions options) => input.Text is null
        ? throw new ArgumentException("The input has no text: it is a default TextInput. Give it a text, which may be empty.", nameof(input))
        : RoomFor(input.Pair is not null, options);

    internal int RoomFor(bool isPair, EncodingOptions options)
    {
        if ((options.MaxLength ?? MaxLength) is not { } maxLength)
        {
            return int.MaxValue;
        }

        int added = options.AddSpecialTokens ? CountSpecialTokens(isPair) : 0;
        return maxLength >= added && maxLength >= 1
            ? maxLength - added
            : throw new ArgumentException(
                $"MaxLength is {maxLength}, which leaves no room for the {added} special tokens of a row. Raise it to at least {Math.Max(added, 1)}.",
                nameof(options));
    }

    // The end at which the texts are cut.
    internal TruncationSide SideFor(EncodingOptions options) => options.TruncationSide is { } side ? Known(side, nameof(options)) : TruncationSide;

    private static void CheckWindowed(TextInput input, EncodingOptions options)
    {
        bool windowsSecond = options.Truncation == TruncationStrategy.OnlySecond;
        if (windowsSecond ? input.Pair is null : input.Pair is not null && options.Truncation != TruncationStrategy.OnlyFirst)
        {
            throw new ArgumentException(
                $"Truncation {options.Truncation} does not say which text to window. Use OnlyFirst or, with a pair, OnlySecond.", nameof(options));
        }
    }

    private static bool CutsSingle(TextInput input, int room, EncodingOptions options) =>
        input.Pair is null
        && room < int.MaxValue
        && options.Truncation is TruncationStrategy.LongestFirst or TruncationStrategy.OnlyFirst;

    // A single text's tokens past the limit are never needed, so a huge text costs no more than its first part or, cut at the
    // left, no more memory than its last part. One token more than there is room for tells that it was cut.
    private WantedIds WantedOf(TextInput input, int room, EncodingOptions options)
    {
        TruncationSide side = SideFor(options);
        return (CutsSingle(input, room, options), side) switch
        {
            (false, _) => WantedIds.All,
            (true, TruncationSide.Left) => WantedIds.Last(room + 1),
            _ => WantedIds.First(room + 1),
        };
    }

    private static TruncationSide Known(TruncationSide side, string parameterName) => side is TruncationSide.Right or TruncationSide.Left
        ? side
        : throw new ArgumentException(
            $"{nameof(TruncationSide)} is {side}; it has to be {nameof(TruncationSide.Right)}, {nameof(TruncationSide.Left)}, or null for the tokenizer's own.",
            parameterName);
}

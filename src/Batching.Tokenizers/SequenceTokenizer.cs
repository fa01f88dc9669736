using System.Buffers;
using System.Text;
using Batching.Tokenization;
using Microsoft.ML.Tokenizers;

namespace Batching;

/// <summary>Text to ids and back, exactly as Hugging Face's tokenizers do it: WordPiece, byte-level BPE and unigram.</summary>
/// <remarks>
/// <para>Thread-safe and immutable.</para>
/// <para>
/// As a <see cref="Microsoft.ML.Tokenizers.Tokenizer"/> it goes wherever that library's tokenizers go. The members
/// inherited from it neither add special tokens nor truncate, as with <see cref="BertTokenizer"/> behind the same base
/// class; <see cref="Encode(TextInput, EncodingOptions?)"/> does both.
/// </para>
/// <para>The ids are the same on every machine and under invariant globalization: no Unicode data of the runtime is used.</para>
/// </remarks>
public sealed class SequenceTokenizer : Microsoft.ML.Tokenizers.Tokenizer
{
    private readonly TokenVocabulary vocabulary;
    private readonly TextEncoder encoder;
    private readonly AddedTokenSet? rawTokens;
    private readonly AddedTokenSet? normalizedTokens;
    private readonly OffsetEncoder offsetEncoder;
    private readonly Func<TokenDecoder> createDecoder;
    private readonly RowTemplate template;

    private SequenceTokenizer(TokenizerDefinition definition)
    {
        File = definition.File;
        vocabulary = new TokenVocabulary(definition.Model.Vocabulary, definition.AddedTokens);
        encoder = EncoderChoice.For(definition);
        (rawTokens, normalizedTokens) = AddedTokenSet.Create(definition.AddedTokens, encoder.Normalizer, definition.File);
        offsetEncoder = new OffsetEncoder(encoder, rawTokens, normalizedTokens, vocabulary, definition.Template.Trimming);
        createDecoder = definition.CreateDecoder;
        template = definition.Template;
        UnknownTokenId = definition.UnknownTokenId;
        PadTokenId = definition.PadTokenId;
        MaxLength = definition.MaxLength;
        TruncationSide = definition.TruncationSide ?? TruncationSide.Right;
        PaddingSide = definition.PaddingSide;
    }

    /// <summary>The id that fills up the shorter rows of a batch.</summary>
    public int PadTokenId { get; }

    /// <summary>The id of a word that the vocabulary cannot spell. Byte-level tokenizers can spell every word.</summary>
    public int UnknownTokenId { get; }

    /// <summary>
    /// The most tokens in a row, special tokens counted: <c>model_max_length</c>, or what <see cref="WithMaxLength"/> set, such
    /// as what a model takes; null where there is no limit.
    /// </summary>
    public int? MaxLength { get; private set; }

    /// <summary>The end at which a text that is too long is cut, unless <see cref="EncodingOptions.TruncationSide"/> says otherwise.</summary>
    /// <value>
    /// <c>truncation_side</c> of <c>tokenizer_config.json</c>, or else the <c>direction</c> of the truncation in
    /// <c>tokenizer.json</c>, or else <see cref="TruncationSide.Right"/>, as in Hugging Face transformers.
    /// </value>
    public TruncationSide TruncationSide { get; private set; }

    /// <summary>The end at which the shorter rows of a batch are to be filled up.</summary>
    /// <value>
    /// <c>padding_side</c> of <c>tokenizer_config.json</c>, or else the <c>direction</c> of the padding in
    /// <c>tokenizer.json</c>, or else that of the tokenizer's class, most often <see cref="PaddingSide.Right"/>, as in Hugging
    /// Face transformers. A classifier pads there.
    /// </value>
    public PaddingSide PaddingSide { get; }

    /// <summary>The number of tokens in the vocabulary.</summary>
    public int VocabularySize => vocabulary.Count;

    /// <summary>Normalizes a text without added tokens, such as Hugging Face's <c>BertNormalizer</c>.</summary>
    /// <value>Null where the tokenizer has none, as RoBERTa's.</value>
    public override Normalizer? Normalizer => encoder.Normalizer;

    /// <summary>Splits a normalized text into words, such as Hugging Face's <c>BertPreTokenizer</c> or <c>ByteLevel</c>.</summary>
    public override PreTokenizer PreTokenizer => encoder.PreTokenizer;

    /// <summary>The file that the vocabulary came from: its path, or its name where the tokenizer came from streams.</summary>
    public string File { get; }

    /// <summary>One more than the highest id: how many embeddings a model needs. Above <see cref="VocabularySize"/> where ids have gaps.</summary>
    public int IdLimit => vocabulary.IdLimit;

    /// <summary>Loads a tokenizer from a folder as Hugging Face lays it out.</summary>
    /// <param name="folder">
    /// Holds <c>tokenizer.json</c>, or <c>vocab.txt</c>, or <c>vocab.json</c> and <c>merges.txt</c>, or <c>sentencepiece.bpe.model</c>; beside it, if there, <c>tokenizer_config.json</c>
    /// and <c>special_tokens_map.json</c>. Of the truncation and padding set in <c>tokenizer.json</c> only
    /// the sides are used, as in Hugging Face transformers.
    /// </param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="ModelLoadException">A file is missing, damaged, or of a kind that is not supported.</exception>
    public static SequenceTokenizer Load(string folder) => Load(ModelFolder.At(folder));

    /// <summary>Loads a tokenizer from streams.</summary>
    /// <param name="openFile">
    /// Opens a file by its name in the folder, such as <c>tokenizer.json</c>, or returns null where there is none: a
    /// new stream at every call, which is read and disposed of.
    /// </param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="ModelLoadException">A file is missing, damaged, or of a kind that is not supported.</exception>
    public static SequenceTokenizer Load(Func<string, Stream?> openFile) => Load(ModelFolder.From(openFile));

    /// <summary>Loads a tokenizer from a model's files.</summary>
    /// <param name="folder">The files, as for <see cref="Load(string)"/>.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="ModelLoadException">A file is missing, damaged, or of a kind that is not supported.</exception>
    public static SequenceTokenizer Load(ModelFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var tokenizer = new SequenceTokenizer(TokenizerReader.Read(folder));
        int least = tokenizer.LeastMaxLength;
        if (tokenizer.MaxLength < least)
        {
            string file = folder.PathOf(TokenizerFiles.Configuration);
            throw new ModelLoadException(
                $"'{file}' sets the limit of a row to {tokenizer.MaxLength}, which leaves no room for its {least} special tokens. Correct the limit.", file);
        }

        return tokenizer;
    }

    /// <summary>How many special tokens <see cref="Encode(TextInput, EncodingOptions?)"/> puts around a text: <c>num_special_tokens_to_add</c> in Hugging Face.</summary>
    /// <param name="isPair">Whether it is a pair of texts.</param>
    /// <returns>The number, of which a row has to have room for more.</returns>
    public int CountSpecialTokens(bool isPair = false) => template.CountSpecialTokens(isPair);

    /// <summary>The same tokenizer with another limit, such as what a model takes.</summary>
    /// <param name="maxLength">The most tokens in a row: at least 1, and at least the special tokens of a text; null for no limit.</param>
    /// <returns>A tokenizer that shares everything else with this one.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLength"/> leaves no room for the special tokens.</exception>
    public SequenceTokenizer WithMaxLength(int? maxLength)
    {
        if (maxLength < LeastMaxLength)
        {
            throw new ArgumentOutOfRangeException(
                nameof(maxLength), maxLength, $"The limit has to be at least {LeastMaxLength}, the number of special tokens. Raise it.");
        }

        var limited = (SequenceTokenizer)MemberwiseClone();
        limited.MaxLength = maxLength;
        return limited;
    }

    /// <summary>The same tokenizer with another end at which texts that are too long are cut.</summary>
    /// <param name="side">The end.</param>
    /// <returns>A tokenizer that shares everything else with this one.</returns>
    /// <exception cref="ArgumentException">There is no such side.</exception>
    public SequenceTokenizer WithTruncationSide(TruncationSide side)
    {
        var sided = (SequenceTokenizer)MemberwiseClone();
        sided.TruncationSide = Known(side, nameof(side));
        return sided;
    }

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

    /// <summary>The tokens of a text as strings, without special tokens around them: <c>tokenize</c> in Hugging Face.</summary>
    /// <param name="text">The text.</param>
    /// <returns>
    /// The tokens as the vocabulary has them, such as <c>##ing</c> or <c>\u0120good</c>; <c>[UNK]</c> stands for a word that
    /// the vocabulary cannot spell.
    /// </returns>
    public IReadOnlyList<string> Tokenize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        using var ids = new IdBuffer();
        AppendIds(text, ids, WantedIds.All);
        return ConvertIdsToTokens(ids.Span);
    }

    /// <summary>The ids of tokens: <c>convert_tokens_to_ids</c> in Hugging Face.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <returns>An id for each; <see cref="UnknownTokenId"/> for one that is not in the vocabulary.</returns>
    public IReadOnlyList<int> ConvertTokensToIds(IEnumerable<string> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        return [.. tokens.Select(token => vocabulary.TryGetId(token, out int id) ? id : UnknownTokenId)];
    }

    /// <summary>The tokens of ids: <c>convert_ids_to_tokens</c> in Hugging Face.</summary>
    /// <param name="ids">The ids.</param>
    /// <returns>A token for each.</returns>
    /// <exception cref="ArgumentException">An id is not in the vocabulary.</exception>
    public IReadOnlyList<string> ConvertIdsToTokens(params ReadOnlySpan<int> ids)
    {
        var tokens = new string[ids.Length];
        for (int i = 0; i < ids.Length; i++)
        {
            tokens[i] = vocabulary.TryGetToken(ids[i], out string? token)
                ? token
                : throw new ArgumentException($"The id {ids[i]} at index {i} is not in the vocabulary of {VocabularySize} tokens.", nameof(ids));
        }

        return tokens;
    }

    /// <summary>The text of ids, special tokens included.</summary>
    /// <param name="ids">The ids; one that is not in the vocabulary is skipped, as in Hugging Face.</param>
    /// <returns>The text.</returns>
    public override string Decode(IEnumerable<int> ids) => Decode(ids, skipSpecialTokens: false);

    /// <summary>The text of ids: <c>decode</c> in Hugging Face.</summary>
    /// <param name="ids">The ids; one that is not in the vocabulary is skipped, as in Hugging Face.</param>
    /// <param name="skipSpecialTokens">Whether tokens such as <c>[CLS]</c> are left out.</param>
    /// <returns>The text. Normalization is not undone: case and accents stay lost.</returns>
    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var text = new StringBuilder();
        TokenDecoder decoding = createDecoder();
        foreach (int id in ids)
        {
            if (vocabulary.TryGetToken(id, out string? token) && !(skipSpecialTokens && vocabulary.IsSpecial(id)))
            {
                decoding.Append(token, text);
            }
        }

        decoding.Finish(text);
        return text.ToString();
    }

    /// <summary>Writes the text of ids, special tokens included.</summary>
    /// <param name="ids">The ids; one that is not in the vocabulary is skipped.</param>
    /// <param name="destination">Where to.</param>
    /// <param name="idsConsumed">How many ids were written whole.</param>
    /// <param name="charsWritten">How many characters were written.</param>
    /// <returns><see cref="OperationStatus.Done"/>, or <see cref="OperationStatus.DestinationTooSmall"/>.</returns>
    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        ArgumentNullException.ThrowIfNull(ids);
        idsConsumed = 0;
        charsWritten = 0;
        TokenDecoder decoding = createDecoder();
        var piece = new StringBuilder();
        int count = 0;
        foreach (int id in ids)
        {
            count++;
            if (!vocabulary.TryGetToken(id, out string? token) || decoding.Append(token, piece))
            {
                if (!TryWrite(piece, destination, ref charsWritten))
                {
                    return OperationStatus.DestinationTooSmall;
                }

                idsConsumed = count;
            }
        }

        decoding.Finish(piece);
        if (!TryWrite(piece, destination, ref charsWritten))
        {
            return OperationStatus.DestinationTooSmall;
        }

        idsConsumed = count;
        return OperationStatus.Done;
    }

    /// <inheritdoc/>
    protected override EncodeResults<int> EncodeToIds(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        ReadOnlySpan<char> source = text is null ? textSpan : text;
        if (!IsPlain(settings))
        {
            EncodeResults<EncodedToken> tokens = EncodeToTokens(text, textSpan, settings);
            return new EncodeResults<int>
            {
                Tokens = [.. tokens.Tokens.Select(token => token.Id)],
                NormalizedText = tokens.NormalizedText,
                CharsConsumed = tokens.CharsConsumed,
            };
        }

        EncodingScratch scratch = EncodingScratch.Current;
        scratch.First.Clear();
        AppendIds(source, scratch.First, WantedIds.All);
        int[] ids = scratch.First.Span.ToArray();
        scratch.Release();
        return new EncodeResults<int> { Tokens = ids, CharsConsumed = source.Length };
    }

    /// <inheritdoc/>
    protected override int CountTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        if (!IsPlain(settings))
        {
            return EncodeToTokens(text, textSpan, settings).Tokens.Count;
        }

        EncodingScratch scratch = EncodingScratch.Current;
        scratch.First.Clear();
        AppendIds(text is null ? textSpan : text, scratch.First, WantedIds.All);
        int count = scratch.First.Count;
        scratch.Release();
        return count;
    }

    /// <inheritdoc/>
    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var tokens = new TokenList(vocabulary, settings);
        var stretches = new AddedTokenSplitter(rawTokens, text is null ? textSpan : text);
        while (!tokens.IsFull && stretches.MoveNext())
        {
            bool startsText = stretches.StretchStart == 0;
            string stretch = stretches.Stretch.ToString();
            stretch = settings.ConsiderNormalization && encoder.Normalizer is { } normalizer ? normalizer.Normalize(stretch) : stretch;
            var parts = new AddedTokenSplitter(normalizedTokens, stretch);
            while (!tokens.IsFull && parts.MoveNext())
            {
                AppendWords(parts.Stretch.ToString(), startsText && parts.StretchStart == 0, settings, tokens);
                tokens.Add(parts.Token, parts.TokenText);
            }

            tokens.Add(stretches.Token, stretches.TokenText);
        }

        return tokens.ToResults();
    }

    private int LeastMaxLength => Math.Max(1, CountSpecialTokens());

    private static TruncationSide Known(TruncationSide side, string parameterName) => side is TruncationSide.Right or TruncationSide.Left
        ? side
        : throw new ArgumentException(
            $"{nameof(TruncationSide)} is {side}; it has to be {nameof(TruncationSide.Right)}, {nameof(TruncationSide.Left)}, or null for the tokenizer's own.",
            parameterName);

    private static bool IsPlain(EncodeSettings settings) =>
        settings is { ConsiderNormalization: true, ConsiderPreTokenization: true, MaxTokenCount: int.MaxValue };

    private static bool TryWrite(StringBuilder piece, Span<char> destination, ref int charsWritten)
    {
        if (piece.Length > destination.Length - charsWritten)
        {
            return false;
        }

        piece.CopyTo(0, destination[charsWritten..], piece.Length);
        charsWritten += piece.Length;
        piece.Clear();
        return true;
    }

    // The words of a stretch of normalized text, of which none is an added token.
    private void AppendWords(string stretch, bool startsText, EncodeSettings settings, TokenList tokens)
    {
        int offset = tokens.AddText(stretch);
        if (!settings.ConsiderPreTokenization)
        {
            List<TokenSpan> only = [];
            encoder.EncodeWord(stretch, startsStretch: true, startsText, only);
            tokens.TryAdd(only, offset);
            return;
        }

        foreach (List<TokenSpan> word in encoder.EncodeWords(stretch, startsText))
        {
            if (!tokens.TryAdd(word, offset))
            {
                return;
            }
        }
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

    internal RowTemplate Template => template;

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
}

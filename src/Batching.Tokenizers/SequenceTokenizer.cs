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
public sealed partial class SequenceTokenizer : Microsoft.ML.Tokenizers.Tokenizer
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
        Notes = definition.Notes;
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

    /// <summary>
    /// What other readers of the same files would do otherwise: settings beside <c>tokenizer.json</c> that changed it, and those
    /// that versions of Hugging Face transformers disagree about. Each is a sentence.
    /// </summary>
    /// <value>Empty where all readers agree.</value>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>The number of tokens in the vocabulary.</summary>
    public int VocabularySize => vocabulary.Count;

    /// <summary>Normalizes a text without added tokens, such as Hugging Face's <c>BertNormalizer</c>.</summary>
    /// <value>Null where the tokenizer has none, as RoBERTa's.</value>
    public override Normalizer? Normalizer => encoder.Normalizer;

    /// <summary>Splits a normalized text into words, such as Hugging Face's <c>BertPreTokenizer</c> or <c>ByteLevel</c>.</summary>
    public override PreTokenizer PreTokenizer => encoder.PreTokenizer;

    /// <summary>The file that the vocabulary came from: its path, or its name where the tokenizer came from streams.</summary>
    public string File { get; }

    /// <summary>
    /// One more than the highest id: how many embeddings a model needs. Above <see cref="VocabularySize"/> where ids have gaps.
    /// Special tokens that only the tokenizer's class has, and neither the vocabulary nor a file, do not count.
    /// </summary>
    public int IdLimit => vocabulary.IdLimit;

    /// <summary>Loads a tokenizer from a folder as Hugging Face lays it out.</summary>
    /// <param name="folder">
    /// Holds <c>tokenizer.json</c>, or <c>vocab.txt</c> (and <c>bpe.codes</c>), or <c>vocab.json</c> and <c>merges.txt</c>, or a
    /// SentencePiece file (<c>sentencepiece.bpe.model</c>, <c>spiece.model</c>, <c>spm.model</c>, <c>tokenizer.model</c>); beside
    /// it, if there, <c>tokenizer_config.json</c>, <c>config.json</c>, <c>special_tokens_map.json</c> and <c>added_tokens.json</c>.
    /// Of the truncation and padding set in <c>tokenizer.json</c> only
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

    private int LeastMaxLength => Math.Max(1, CountSpecialTokens());

    internal RowTemplate Template => template;
}

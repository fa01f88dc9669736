using System.Text;
using System.Text.Json;

namespace Batching.ModelFiles;

/// <summary>Reads a tokenizer's definition from <c>tokenizer.json</c>, or from <c>vocab.txt</c> where there is none.</summary>
internal static class TokenizerFiles
{
    public const string FileName = "tokenizer.json";
    public const string VocabularyFileName = "vocab.txt";

    private const string SupportedModels = "Use a model with a tokenizer like that of BERT or DistilBERT.";

    // Far above any vocabulary, far below what would exhaust memory.
    private const int IdLimit = 1 << 24;

    // The classes of Hugging Face whose vocab.txt is BERT's.
    private static readonly string[] BertClasses = ["BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "MobileBertTokenizer"];

    // What stands beside a model whose tokenizer is of another kind.
    private static readonly string[] OtherFiles = ["merges.txt", "vocab.json", "sentencepiece.bpe.model", "spiece.model", "spm.model"];

    // What matches an added token elsewhere than as it stands in the raw text.
    private static readonly string[] AddedTokenOptions = ["single_word", "lstrip", "rstrip", "normalized"];

    /// <exception cref="ModelLoadException">There is no tokenizer, its files are damaged, or it is of a kind not supported.</exception>
    public static TokenizerDefinition Read(ModelFolder folder)
    {
        TokenizerConfig config = TokenizerConfig.Read(folder);
        if (JsonSection.Read(folder, FileName) is { } json)
        {
            return ReadJson(json, folder.PathOf(FileName), config);
        }

        if (folder.Read(VocabularyFileName) is { } vocabulary)
        {
            return ReadVocabulary(vocabulary, folder.PathOf(VocabularyFileName), config);
        }

        string only = OtherFiles.FirstOrDefault(folder.Contains) is { } other
            ? $", only '{other}', of a tokenizer of a kind that is not supported on its own"
            : "";
        throw new ModelLoadException(
            $"There is neither '{FileName}' nor '{VocabularyFileName}' in {folder.Name}{only}. Put the tokenizer's files beside the model: in Python, AutoTokenizer.from_pretrained(...).save_pretrained(folder) writes them.",
            folder.Directory);
    }

    private static TokenizerDefinition ReadJson(JsonSection json, string file, TokenizerConfig config)
    {
        JsonSection model = json.Section("model") ?? throw json.Refuse("there is no 'model'. Download the file again.");

        // Older files do not name the type, and Hugging Face takes them for what they look like.
        if (model.Has("type") || model.Has("merges") || !model.Has("continuing_subword_prefix"))
        {
            RequireType(model, "WordPiece", "the model");
        }

        if (json.Section("pre_tokenizer") is not { } preTokenizer)
        {
            throw json.Refuse($"there is no 'pre_tokenizer'; the BertPreTokenizer is supported. {SupportedModels}");
        }

        RequireType(preTokenizer, "BertPreTokenizer", "the pre-tokenizer");

        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        JsonSection vocabularyJson = model.Section("vocab") ?? throw model.Refuse("there is no 'vocab'. Download the file again.");
        foreach ((string token, JsonElement id) in vocabularyJson.Properties())
        {
            AddToken(vocabulary, token, vocabularyJson.Int32Of(token, id), vocabularyJson);
        }

        List<AddedToken> addedTokens = [.. json.Sections("added_tokens").Select(ReadAddedToken)];
        foreach (AddedToken token in addedTokens)
        {
            AddToken(vocabulary, token.Content, token.Id, json);
        }

        string unknownToken = model.String("unk_token") ?? "[UNK]";
        RequireToken(vocabulary, unknownToken, "unknown", file, namedIn: FileName);
        RequireToken(vocabulary, config.PadToken, "pad", file);
        (IReadOnlyList<TemplatePiece> single, IReadOnlyList<TemplatePiece> pair) = ReadPostProcessor(json, vocabulary, config, file);

        return new TokenizerDefinition
        {
            File = file,
            Vocabulary = vocabulary,
            AddedTokens = addedTokens,
            UnknownToken = unknownToken,
            PadToken = config.PadToken,
            Normalizer = ReadNormalizer(json),
            ContinuingPrefix = model.String("continuing_subword_prefix") ?? "##",
            MaxInputCharsPerWord = Math.Min(model.Int32("max_input_chars_per_word") ?? 100, int.MaxValue - 1),
            Single = single,
            Pair = pair,
            CleansUpDecodedText = json.Section("decoder")?.Boolean("cleanup") ?? true,
            MaxLength = config.MaxLength,
        };
    }

    private static TokenizerDefinition ReadVocabulary(byte[] content, string file, TokenizerConfig config)
    {
        string? tokenizerClass = config.TokenizerClass;
        string? family = tokenizerClass?.EndsWith("Fast", StringComparison.Ordinal) == true ? tokenizerClass[..^4] : tokenizerClass;
        if (family is not null && !BertClasses.Contains(family))
        {
            throw new ModelLoadException(
                $"'{TokenizerConfig.FileName}' beside '{file}' names the tokenizer class '{tokenizerClass}'. With a {VocabularyFileName} alone only BERT's own are supported ({string.Join(", ", BertClasses)}). Save the tokenizer again so that it has a {FileName}.",
                file);
        }

        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        int id = 0;
        try
        {
            var encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
            ReadOnlySpan<char> lines = encoding.GetString(content).AsSpan().TrimStart('\uFEFF');
            foreach (Range range in lines.Split('\n'))
            {
                // Only the last line may be missing its end; the text after the last end is no line.
                ReadOnlySpan<char> line = lines[range].TrimEnd('\r');
                if (range.End.Value < lines.Length || !line.IsEmpty)
                {
                    vocabulary[line.ToString()] = id++;
                }
            }
        }
        catch (DecoderFallbackException exception)
        {
            throw new ModelLoadException($"'{file}' is damaged: it is not UTF-8. Download the file again.", file, exception);
        }

        RequireToken(vocabulary, config.UnknownToken, "unknown", file);
        RequireToken(vocabulary, config.ClassifierToken, "classifier", file);
        RequireToken(vocabulary, config.SeparatorToken, "separator", file);
        RequireToken(vocabulary, config.PadToken, "pad", file);
        string[] specialTokens = [config.PadToken, config.UnknownToken, config.ClassifierToken, config.SeparatorToken, config.MaskToken];
        (IReadOnlyList<TemplatePiece> single, IReadOnlyList<TemplatePiece> pair) =
            BertTemplate(vocabulary[config.ClassifierToken], vocabulary[config.SeparatorToken]);

        return new TokenizerDefinition
        {
            File = file,
            Vocabulary = vocabulary,
            AddedTokens = [.. specialTokens
                .Distinct(StringComparer.Ordinal)
                .Where(vocabulary.ContainsKey)
                .Select(token => new AddedToken(token, vocabulary[token], IsSpecial: true))],
            UnknownToken = config.UnknownToken,
            PadToken = config.PadToken,
            Normalizer = config.Normalizer,
            Single = single,
            Pair = pair,
            MaxLength = config.MaxLength,
        };
    }

    private static AddedToken ReadAddedToken(JsonSection token)
    {
        string content = token.String("content") ?? throw token.Refuse("the added token has no 'content'. Download the file again.");
        if (content.Length == 0)
        {
            throw token.Refuse("the added token is empty. Remove it from the file.");
        }

        foreach (string option in AddedTokenOptions)
        {
            if (token.Boolean(option) == true)
            {
                throw token.Refuse($"the added token '{content}' has '{option}' set, which is not supported. Only tokens matched as they stand in the raw text are. Remove the token or the option, if texts do without.");
            }
        }

        return new AddedToken(
            content,
            token.Int32("id") ?? throw token.Refuse($"the added token '{content}' has no 'id'. Download the file again."),
            token.Boolean("special") ?? false);
    }

    private static NormalizerOptions ReadNormalizer(JsonSection json)
    {
        if (json.Section("normalizer") is not { } normalizer)
        {
            return new NormalizerOptions(CleanText: false, HandleChineseChars: false, StripAccents: false, Lowercase: false);
        }

        RequireType(normalizer, "BertNormalizer", "the normalizer");
        return new NormalizerOptions(
            normalizer.Boolean("clean_text") ?? true,
            normalizer.Boolean("handle_chinese_chars") ?? true,
            normalizer.Boolean("strip_accents"),
            normalizer.Boolean("lowercase") ?? true);
    }

    private static (IReadOnlyList<TemplatePiece> Single, IReadOnlyList<TemplatePiece> Pair) ReadPostProcessor(
        JsonSection json, Dictionary<string, int> vocabulary, TokenizerConfig config, string file)
    {
        if (json.Section("post_processor") is not { } processor)
        {
            throw json.Refuse("there is no 'post_processor', which puts the special tokens around a text. Save the tokenizer again from Hugging Face transformers.");
        }

        switch (processor.String("type"))
        {
            case "BertProcessing":
                string classifier = processor.TokenOfPair("cls") ?? config.ClassifierToken;
                string separator = processor.TokenOfPair("sep") ?? config.SeparatorToken;
                RequireToken(vocabulary, classifier, "classifier", file, namedIn: FileName);
                RequireToken(vocabulary, separator, "separator", file, namedIn: FileName);
                return BertTemplate(vocabulary[classifier], vocabulary[separator]);
            case "TemplateProcessing":
                return (ReadTemplate("single", sequences: 1), ReadTemplate("pair", sequences: 2));
            case var other:
                throw processor.Refuse($"the post-processor is of type '{other ?? "none"}', which is not supported; TemplateProcessing and BertProcessing are. {SupportedModels}");
        }

        List<TemplatePiece> ReadTemplate(string name, int sequences)
        {
            List<TemplatePiece> template = [];
            foreach (JsonSection piece in processor.Sections(name))
            {
                if (piece.Section("SpecialToken") is { } special)
                {
                    string token = special.String("id") ?? throw special.Refuse("the special token has no 'id'. Download the file again.");
                    RequireToken(vocabulary, token, "special", file, namedIn: FileName);
                    template.Add(new TemplatePiece(null, vocabulary[token], special.Int32("type_id") ?? 0));
                }
                else if (piece.Section("Sequence") is { } sequence)
                {
                    template.Add(new TemplatePiece(
                        sequence.String("id") switch
                        {
                            "A" => 0,
                            "B" => 1,
                            var other => throw sequence.Refuse($"the sequence is '{other}', expected 'A' or 'B'. Download the file again."),
                        },
                        TokenId: 0,
                        sequence.Int32("type_id") ?? 0));
                }
                else
                {
                    throw piece.Refuse("expected a 'SpecialToken' or a 'Sequence'. Download the file again.");
                }
            }

            return template.Count(piece => piece.Sequence is not null) == sequences
                && template.Where(piece => piece.Sequence is not null).Select(piece => piece.Sequence!.Value).SequenceEqual(Enumerable.Range(0, sequences))
                ? template
                : throw processor.Refuse($"the template '{name}' does not hold each text once and in order. Download the file again.");
        }
    }

    private static (IReadOnlyList<TemplatePiece> Single, IReadOnlyList<TemplatePiece> Pair) BertTemplate(int classifier, int separator) =>
    (
        [new(null, classifier, 0), new(0, 0, 0), new(null, separator, 0)],
        [new(null, classifier, 0), new(0, 0, 0), new(null, separator, 0), new(1, 0, 1), new(null, separator, 1)]
    );

    private static void AddToken(Dictionary<string, int> vocabulary, string token, int id, JsonSection json) =>
        vocabulary[token] = id < IdLimit
            ? id
            : throw json.Refuse($"the token '{token}' has the id {id}; ids go up to {IdLimit - 1}. Download the file again.");

    private static void RequireToken(Dictionary<string, int> vocabulary, string token, string role, string file, string namedIn = TokenizerConfig.FileName)
    {
        if (!vocabulary.ContainsKey(token))
        {
            throw new ModelLoadException(
                $"The vocabulary in '{file}' has no {token}, the tokenizer's {role} token. Use the vocabulary that the model was trained with, or name its {role} token in {namedIn}.",
                file);
        }
    }

    private static void RequireType(JsonSection section, string type, string what)
    {
        string? found = section.String("type");
        if (found != type)
        {
            throw section.Refuse($"{what} is of type '{found ?? "none"}', which is not supported; {type} is. {SupportedModels}");
        }
    }
}

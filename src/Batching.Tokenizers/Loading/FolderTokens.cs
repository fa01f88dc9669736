using System.Globalization;
using System.Text.Json;

namespace Batching.Tokenization;

/// <summary>The added tokens of a folder: those of the tokenizer's file, and what the files beside it add and change.</summary>
/// <remarks>
/// What both transformers 4 and 5 make of them: <c>added_tokens_decoder</c> of <c>tokenizer_config.json</c> by ascending id,
/// whose flags count and whose ids do not; without it <c>added_tokens.json</c>, and <c>special_tokens_map.json</c> before the
/// names in the configuration. Special tokens that are named, or are the class's own, become added tokens where they are
/// none: with the id that the vocabulary has for them, or the next.
/// </remarks>
internal sealed class FolderTokens
{
    private static readonly string[] Roles =
        ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    private readonly OrderedDictionary<string, AddedToken> tokens = new(StringComparer.Ordinal);
    private readonly IReadOnlyDictionary<string, int> vocabulary;
    private int nextId;

    private readonly bool keepsFlags;

    private FolderTokens(IReadOnlyList<AddedToken> added, IReadOnlyDictionary<string, int> vocabulary, bool keepsFlags)
    {
        this.vocabulary = vocabulary;
        this.keepsFlags = keepsFlags;
        nextId = vocabulary.Count == 0 ? 0 : vocabulary.Values.Max() + 1;
        foreach (AddedToken token in added)
        {
            tokens[token.Content] = token;
            nextId = Math.Max(nextId, token.Id + 1);
        }
    }

    /// <param name="added">The added tokens of the tokenizer's own file.</param>
    /// <param name="vocabulary">The vocabulary of the model.</param>
    /// <param name="config">The files beside it.</param>
    /// <param name="keepsFlags">Whether the flags of the added tokens count before those of the class's own mask: they do where there is a <c>tokenizer.json</c>.</param>
    /// <exception cref="ModelLoadException">A token in them is damaged.</exception>
    public static IReadOnlyList<AddedToken> Complete(
        IReadOnlyList<AddedToken> added, IReadOnlyDictionary<string, int> vocabulary, TokenizerConfig config, bool keepsFlags = false)
    {
        var all = new FolderTokens(added, vocabulary, keepsFlags);
        all.AddListed(config);
        all.AddSpecial(config);
        return [.. all.tokens.Values];
    }

    private void AddListed(TokenizerConfig config)
    {
        if (config.AddedTokensDecoder is { } decoder)
        {
            AddDecoder(decoder);
        }
        else if (config.AddedTokens is { } others)
        {
            AddOthers(others);
        }
    }

    /// <summary>The tokens that a model can have been trained with: those of the vocabulary, and the added ones that are listed.</summary>
    /// <inheritdoc cref="Complete"/>
    public static TokenSet Listed(IReadOnlyDictionary<string, int> vocabulary, TokenizerConfig config, string file)
    {
        var all = new FolderTokens([], vocabulary, keepsFlags: false);
        all.AddListed(config);
        return new TokenSet(vocabulary, [.. all.tokens.Values], file);
    }

    private void AddDecoder(JsonSection decoder)
    {
        foreach (string name in decoder.Properties().Select(property => property.Name).OrderBy(name => TokenIdOf(decoder, name)))
        {
            JsonSection token = decoder.Section(name) ?? throw decoder.Refuse($"the token '{name}' is null. Download the file again.");
            string content = token.String("content") ?? throw token.Refuse("the added token has no 'content'. Download the file again.");
            if (content.Length > 0)
            {
                Put(WithFlags(new AddedToken(content, IdOf(content), token.Boolean("special") ?? false), token));
            }
        }
    }

    private static int TokenIdOf(JsonSection decoder, string name) => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int id)
        ? id
        : throw decoder.Refuse($"'{name}' is not the id of a token. Download the file again.");

    private void AddOthers(JsonSection others)
    {
        foreach ((string content, JsonElement _) in others.Properties().OrderBy(token => others.Int32Of(token.Name, token.Value)))
        {
            if (content.Length > 0 && !tokens.ContainsKey(content))
            {
                Put(new AddedToken(content, IdOf(content), IsSpecial: false, IsNormalized: true));
            }
        }
    }

    private void AddSpecial(TokenizerConfig config)
    {
        foreach (string role in Roles)
        {
            if (config.SpecialToken(role) is { } named)
            {
                // Where the files are read by a class of transformers, a mask without options of its own has the class's.
                AddSpecial(named.Content, named.Options, stripsLeft: !keepsFlags && named.Options is null && IsMask(role, config), isDefault: false);
            }
            else if (config.Class.Tokens.Of(role) is { } usual)
            {
                AddSpecial(usual, options: null, stripsLeft: IsMask(role, config), isDefault: true);
            }
        }

        IReadOnlyList<(string Content, JsonSection? Options)> others = config.OtherSpecialTokens();
        foreach ((string content, JsonSection? options) in others)
        {
            AddSpecial(content, options, stripsLeft: false, isDefault: false);
        }

        if (others.Count == 0)
        {
            foreach (string content in config.Class.Tokens.Others)
            {
                AddSpecial(content, options: null, stripsLeft: false, isDefault: true);
            }
        }
    }

    private static bool IsMask(string role, TokenizerConfig config) => role == "mask_token" && config.Class.Tokens.MaskStripsLeft;

    private void AddSpecial(string content, JsonSection? options, bool stripsLeft, bool isDefault)
    {
        if (content.Length == 0)
        {
            return;
        }

        if (tokens.TryGetValue(content, out AddedToken? known))
        {
            tokens[content] = known with { IsSpecial = true, StripsLeft = known.StripsLeft || (stripsLeft && !keepsFlags) };
            return;
        }

        var token = new AddedToken(content, IdOf(content), IsSpecial: true, StripsLeft: stripsLeft)
        {
            IsClassDefault = isDefault && !vocabulary.ContainsKey(content),
        };
        Put(options is { } flags ? WithFlags(token, flags) : token);
    }

    private static AddedToken WithFlags(AddedToken token, JsonSection flags) => token with
    {
        IsSingleWord = flags.Boolean("single_word") ?? false,
        StripsLeft = flags.Boolean("lstrip") ?? false,
        StripsRight = flags.Boolean("rstrip") ?? false,
        IsNormalized = flags.Boolean("normalized") ?? false,
    };

    private int IdOf(string content) =>
        tokens.TryGetValue(content, out AddedToken? known) ? known.Id
        : vocabulary.TryGetValue(content, out int id) ? id
        : nextId;

    private void Put(AddedToken token)
    {
        tokens[token.Content] = token;
        nextId = Math.Max(nextId, token.Id + 1);
    }
}

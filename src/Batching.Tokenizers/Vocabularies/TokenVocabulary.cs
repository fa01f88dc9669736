using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Batching.Tokenization;

/// <summary>Tokens by id and ids by token, added tokens among them. Immutable and thread-safe.</summary>
internal sealed class TokenVocabulary
{
    private readonly FrozenDictionary<string, int> ids;
    private readonly string?[] tokens;
    private readonly HashSet<int> specialIds;

    /// <param name="vocabulary">The ids of the model's tokens.</param>
    /// <param name="addedTokens">The added tokens, which come before the model's.</param>
    public TokenVocabulary(IReadOnlyDictionary<string, int> vocabulary, IReadOnlyList<AddedToken> addedTokens)
    {
        var all = new Dictionary<string, int>(vocabulary, StringComparer.Ordinal);
        foreach (AddedToken token in addedTokens)
        {
            all[token.Content] = token.Id;
        }

        ids = all.ToFrozenDictionary(StringComparer.Ordinal);
        tokens = new string?[all.Values.DefaultIfEmpty(-1).Max() + 1];
        foreach ((string token, int id) in all)
        {
            tokens[id] = token;
        }

        HashSet<int> defaults = [.. addedTokens.Where(token => token.IsClassDefault).Select(token => token.Id)];
        IdLimit = all.Values.Where(id => !defaults.Contains(id)).DefaultIfEmpty(-1).Max() + 1;
        specialIds = [.. addedTokens.Where(token => token.IsSpecial).Select(token => token.Id)];
    }

    /// <summary>The number of tokens.</summary>
    public int Count => ids.Count;

    /// <summary>One more than the highest id, those of a class's own special tokens apart that no file names.</summary>
    public int IdLimit { get; }

    public bool IsSpecial(int id) => specialIds.Contains(id);

    public bool TryGetId(string token, out int id) => ids.TryGetValue(token, out id);

    public bool TryGetToken(int id, [NotNullWhen(true)] out string? token)
    {
        token = (uint)id < (uint)tokens.Length ? tokens[id] : null;
        return token is not null;
    }
}

using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Batching.Tokenization;

/// <summary>Tokens by id and ids by token, added tokens among them. Immutable and thread-safe.</summary>
internal sealed class TokenVocabulary
{
    private readonly FrozenDictionary<string, int> ids;
    private readonly string?[] tokens;

    /// <param name="ids">Every token with its id. Ids may have gaps; of several tokens with one id, the last is its token.</param>
    public TokenVocabulary(IReadOnlyDictionary<string, int> ids)
    {
        this.ids = ids.ToFrozenDictionary(StringComparer.Ordinal);
        tokens = new string?[ids.Count == 0 ? 0 : ids.Values.Max() + 1];
        foreach ((string token, int id) in ids)
        {
            tokens[id] = token;
        }
    }

    /// <summary>The number of tokens.</summary>
    public int Count => ids.Count;

    /// <summary>One more than the highest id.</summary>
    public int IdLimit => tokens.Length;

    public bool TryGetId(string token, out int id) => ids.TryGetValue(token, out id);

    public bool TryGetToken(int id, [NotNullWhen(true)] out string? token)
    {
        token = (uint)id < (uint)tokens.Length ? tokens[id] : null;
        return token is not null;
    }
}

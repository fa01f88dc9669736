namespace Batching.Tokenization;

/// <summary>The ids that a token may have.</summary>
internal static class TokenIds
{
    // Far above any vocabulary, far below what would exhaust memory.
    private const int Limit = 1 << 24;

    /// <returns><paramref name="id"/>.</returns>
    /// <exception cref="ModelLoadException">The id is too large.</exception>
    public static int Check(int id, string token, JsonSection section) => id < Limit
        ? id
        : throw section.Refuse($"the token '{token}' has the id {id}; ids go up to {Limit - 1}. Download the file again.");
}

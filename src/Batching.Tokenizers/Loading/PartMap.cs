namespace Batching.Tokenization;

/// <summary>Parts of one kind, such as normalizers, by the <c>type</c> that their JSON names.</summary>
/// <typeparam name="T">What a part makes of its JSON.</typeparam>
/// <param name="kind">What messages call a part.</param>
/// <param name="parts">What reads each type.</param>
internal sealed class PartMap<T>(string kind, Dictionary<string, Func<JsonSection, T>> parts)
{
    /// <summary>The names of the types.</summary>
    public IReadOnlyCollection<string> Types => parts.Keys;

    /// <summary>What stands for a part of a type that is not among them; null where it is refused.</summary>
    public Func<string, T>? ReadUnknown { get; init; }

    /// <summary>Reads a part.</summary>
    /// <param name="part">Its JSON.</param>
    /// <param name="untyped">The type of one that does not name it; null where it has to.</param>
    /// <exception cref="ModelLoadException">It is damaged, or of a type not supported.</exception>
    public T Read(JsonSection part, string? untyped = null)
    {
        string? type = part.String("type") ?? untyped;
        return type is not null && parts.TryGetValue(type, out Func<JsonSection, T>? read)
            ? read(part)
            : type is not null && ReadUnknown is not null ? ReadUnknown(type)
            : throw part.Refuse(
                $"the {kind} is of type '{type ?? "none"}', which is not supported; {string.Join(", ", parts.Keys.SkipLast(1))} and {parts.Keys.Last()} are. {SupportedTokenizers.Advice}");
    }
}

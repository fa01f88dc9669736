namespace Batching.Hub;

/// <summary>The name of a repository, such as <c>distilbert/distilbert-base-uncased-finetuned-sst-2-english</c>, found fit to be part of a path and of an address.</summary>
internal sealed record RepositoryId
{
    private const int LongestPart = 96;

    private RepositoryId(string name) => Name = name;

    public string Name { get; }

    /// <summary>The repository's folder in a cache.</summary>
    public string FolderName => $"models--{Name.Replace("/", "--", StringComparison.Ordinal)}";

    /// <exception cref="ArgumentException">The name breaks Hugging Face's rules for names.</exception>
    public static RepositoryId Parse(string repository)
    {
        ArgumentNullException.ThrowIfNull(repository);
        string[] parts = repository.Split('/');
        return parts.Length <= 2 && parts.All(IsName) && !repository.EndsWith(".git", StringComparison.OrdinalIgnoreCase)
            ? new RepositoryId(repository)
            : throw new ArgumentException(
                $"'{RepositoryPath.Shown(repository)}' is not the name of a repository. Give 'organization/name', or the name alone for an old one: letters, digits, '-', '_' and '.', at most {LongestPart} of them, neither '--' nor '..', no '-' or '.' at either end, and no '.git'.",
                nameof(repository));
    }

    public override string ToString() => Name;

    private static bool IsName(string part) =>
        part.Length is > 0 and <= LongestPart
        && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
        && part[0] is not ('-' or '.')
        && part[^1] is not ('-' or '.')
        && !part.Contains("--", StringComparison.Ordinal)
        && !part.Contains("..", StringComparison.Ordinal);
}

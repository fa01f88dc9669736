namespace Batching.Hub;

/// <summary>A branch, a tag or a commit of a repository.</summary>
internal static class Revision
{
    public const string Main = "main";
    private const int CommitLength = 40;

    /// <exception cref="ArgumentException">The name cannot be that of a revision.</exception>
    public static void Check(string revision)
    {
        if (RepositoryPath.FaultOf(revision) is { } fault)
        {
            throw new ArgumentException(
                $"The revision '{RepositoryPath.Shown(revision)}' {fault}. Give a branch, a tag, or a commit of {CommitLength} hexadecimal digits; leave it null for '{Main}'.",
                nameof(revision));
        }
    }

    /// <summary>Whether a revision is a commit, whose files never change.</summary>
    public static bool IsCommit(string revision) => revision.Length == CommitLength && revision.All(char.IsAsciiHexDigitLower);
}

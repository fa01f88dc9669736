using System.Text.Json;

namespace Batching.Hub;

/// <summary>What a server says a revision is.</summary>
/// <param name="Commit">The commit.</param>
/// <param name="Names">The names of its files.</param>
internal sealed record RepositoryListing(string Commit, IReadOnlySet<string> Names)
{
    private const int MostFiles = 100_000;

    /// <param name="json">The answer of the server.</param>
    /// <param name="address">The address asked, for messages.</param>
    /// <exception cref="ModelLoadException">The answer is not a listing, or one that no repository has.</exception>
    public static RepositoryListing Parse(ReadOnlyMemory<byte> json, string address)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object
                || !root.TryGetProperty("sha", out JsonElement sha)
                || sha.ValueKind != JsonValueKind.String
                || !root.TryGetProperty("siblings", out JsonElement siblings)
                || siblings.ValueKind != JsonValueKind.Array)
            {
                throw Refuse("without the 'sha' and the 'siblings' of a repository", null);
            }

            string commit = sha.GetString()!;
            if (!Revision.IsCommit(commit))
            {
                throw Refuse($"with the commit '{RepositoryPath.Shown(commit)}', which is not 40 hexadecimal digits", null);
            }

            if (siblings.GetArrayLength() > MostFiles)
            {
                throw Refuse($"with {siblings.GetArrayLength()} files, more than the {MostFiles} that are looked through", null);
            }

            var names = new HashSet<string>(StringComparer.Ordinal);
            foreach (JsonElement sibling in siblings.EnumerateArray())
            {
                if (sibling.ValueKind != JsonValueKind.Object
                    || !sibling.TryGetProperty("rfilename", out JsonElement name)
                    || name.ValueKind != JsonValueKind.String)
                {
                    throw Refuse("with a file that has no name", null);
                }

                string text = name.GetString()!;
                if (RepositoryPath.LeavesItsFolder(text))
                {
                    throw Refuse($"with a file '{RepositoryPath.Shown(text)}', which would lie outside the repository's folder", null);
                }

                names.Add(text);
            }

            return new RepositoryListing(commit, names);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw Refuse($"that is not JSON ({RepositoryPath.Shown(exception.Message)})", exception);
        }

        ModelLoadException Refuse(string what, Exception? cause) => new(
            $"{address} gave a listing {what}. Check that {nameof(ModelHubOptions.Endpoint)} or HF_ENDPOINT is a Hugging Face server, and that no proxy answers in its place.",
            address,
            cause);
    }
}

using Batching.Tokenization;
using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Batching;

/// <summary>Which files a model was loaded from, and under which names there was none: all that its load depended on.</summary>
/// <remarks>Written by whoever opens a file of a <see cref="ModelFolder"/>, so that no second list of names can miss one. Thread-safe.</remarks>
public sealed class LoadedFiles
{
    private const int BufferLength = 1 << 20;
    private const int StampDigits = 32;

    private readonly Lock gate = new();
    private readonly SortedDictionary<string, Entry> entries = new(StringComparer.Ordinal);
    private readonly string? folder;
    private readonly bool keepsHashes;

    /// <param name="folder">The folder, or null where there are only streams.</param>
    /// <param name="keepsHashes">Whether contents are hashed as they are read, because they cannot be read again.</param>
    internal LoadedFiles(string? folder, bool keepsHashes)
    {
        this.folder = folder;
        this.keepsHashes = keepsHashes;
    }

    /// <summary>Whether <see cref="Hash"/> can tell.</summary>
    public bool CanHash => folder is not null || keepsHashes;

    /// <summary>Looks at a file that is about to be opened.</summary>
    internal FileStamp? Look(string name) => folder is null ? null : FileStamp.Of(Path.Combine(folder, name));

    /// <summary>Remembers what came of opening a file.</summary>
    /// <param name="name">The file.</param>
    /// <param name="exists">Whether there is one.</param>
    /// <param name="stamp">What <see cref="Look"/> gave before it was opened: a change between the two shows later.</param>
    /// <param name="isRead">Whether its content is used, and not only that it is there.</param>
    internal void Add(string name, bool exists, FileStamp? stamp, bool isRead)
    {
        lock (gate)
        {
            if (!entries.TryGetValue(name, out Entry known))
            {
                entries[name] = new Entry(exists, stamp, isRead && exists, Sha256: null);
            }
            else if (isRead && known.Exists)
            {
                entries[name] = known with { IsRead = true };
            }
        }
    }

    /// <summary>Remembers the whole content of a file, where that is wanted.</summary>
    /// <exception cref="ModelLoadException">It was read before, and was another.</exception>
    internal void AddContent(string name, ReadOnlySpan<byte> content)
    {
        if (keepsHashes)
        {
            AddHash(name, SHA256.HashData(content));
        }
    }

    /// <summary>Reads the whole content of a file and remembers it, where that is wanted, and goes back to where the stream was.</summary>
    /// <exception cref="ModelLoadException">It was read before, and was another.</exception>
    internal void AddContent(string name, Stream content)
    {
        if (keepsHashes)
        {
            long position = content.Position;
            content.Position = 0;
            AddHash(name, SHA256.HashData(content));
            content.Position = position;
        }
    }

    /// <summary>Reads the files that were read once more.</summary>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The sha256 of each, in lower-case hexadecimal digits, by name.</returns>
    /// <exception cref="ModelLoadException">A file of a folder is not as it was when it was loaded, or cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public IReadOnlyList<KeyValuePair<string, string>> Hash(CancellationToken cancellationToken)
    {
        var hashes = new List<KeyValuePair<string, string>>();
        foreach ((string name, Entry entry) in Snapshot())
        {
            if (entry.Sha256 is { } known)
            {
                hashes.Add(new(name, known));
            }
            else if (entry.IsRead && folder is not null)
            {
                hashes.Add(new(name, HashUnchanged(name, entry.Stamp, cancellationToken)));
            }
        }

        return hashes;
    }

    /// <summary>What size, date and links of all these files were when they were loaded, in short.</summary>
    /// <returns>The same digits for the same files, and nothing else to be read from them.</returns>
    public string Stamp() => Digest(Snapshot().Select(file => (file.Key, file.Value, file.Value.Stamp)));

    /// <summary>The same of the files that are there now.</summary>
    /// <returns>What <see cref="Stamp"/> gives, if none has changed.</returns>
    public string ReadStamp() => folder is null ? Stamp() : Digest(Snapshot().Select(file => (file.Key, file.Value, Look(file.Key))));

    /// <summary>Whether a load would read now what was read: the same contents, and nothing under the names that had none.</summary>
    /// <param name="hashes">What <see cref="Hash"/> gave.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>True if it would.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public bool Match(IReadOnlyList<KeyValuePair<string, string>> hashes, CancellationToken cancellationToken)
    {
        if (folder is null)
        {
            return true;
        }

        try
        {
            return Snapshot().All(file => Look(file.Key) is not null == file.Value.Exists)
                && hashes.All(file => HashOf(Path.Combine(folder, file.Key), cancellationToken) == file.Value);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Whether a name is one of these, or that of a folder on the way to one.</summary>
    /// <param name="name">The name, with <c>/</c> between folders.</param>
    /// <returns>True if a change under it may be a change of the model.</returns>
    public bool Concern(string name) => Snapshot().Any(file =>
        file.Key.StartsWith(name, StringComparison.Ordinal) && (file.Key.Length == name.Length || file.Key[name.Length] == '/'));

    private static string Digest(IEnumerable<(string Name, Entry Entry, FileStamp? Stamp)> files)
    {
        var text = new StringBuilder();
        foreach ((string name, Entry entry, FileStamp? stamp) in files)
        {
            text.Append(name).Append('\0');

            // Of what is not read it matters only whether it is there.
            text = stamp is not { } found ? text
                : entry.Exists && !entry.IsRead ? text.Append('+')
                : text.Append(CultureInfo.InvariantCulture, $"{found.Path}\0{found.Length}\0{found.WrittenUtc.Ticks}");
            text.Append('\0');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..StampDigits];
    }

    private static string HashOf(string path, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using FileStream content = RegularFile.Open(path) ?? throw new IOException("It is empty, or no file on a disk.");
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        try
        {
            int count;
            while ((count = content.Read(buffer)) > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private void AddHash(string name, byte[] sha256)
    {
        string hash = Convert.ToHexStringLower(sha256);
        lock (gate)
        {
            if (entries[name].Sha256 is { } before && before != hash)
            {
                throw new ModelLoadException(
                    $"The stream of '{name}' gave two contents when it was opened twice. Give the same file at every call.", name);
            }

            entries[name] = entries[name] with { Sha256 = hash };
        }
    }

    private string HashUnchanged(string name, FileStamp? stamp, CancellationToken cancellationToken)
    {
        string path = Path.Combine(folder!, name);
        try
        {
            if (Look(name) == stamp && HashOf(path, cancellationToken) is var hash && Look(name) == stamp)
            {
                return hash;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException($"'{path}' cannot be read once more: {exception.Message} Load the model again when its files are left alone.", path, exception);
        }

        throw new ModelLoadException(
            $"'{path}' has changed since the model was loaded from it, so that nobody can tell what was loaded. Load the model again when its files are left alone.",
            path);
    }

    private KeyValuePair<string, Entry>[] Snapshot()
    {
        lock (gate)
        {
            return [.. entries];
        }
    }

    private readonly record struct Entry(bool Exists, FileStamp? Stamp, bool IsRead, string? Sha256);
}

using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Batching.Hub;

/// <summary>What a file's content is known by, which is also its name among a repository's blobs.</summary>
/// <remarks>A large file goes by its sha256; every other by git's name for it, the SHA-1 of its length and content.</remarks>
internal sealed record BlobChecksum
{
    private const int Sha256Digits = 64;
    private const int Sha1Digits = 40;
    private const int BufferLength = 1 << 18;

    private BlobChecksum(string digits) => Digits = digits;

    /// <summary>The checksum in small hexadecimal digits.</summary>
    public string Digits { get; }

    private bool IsSha256 => Digits.Length == Sha256Digits;

    /// <param name="etag">An entity tag as it stands in a header.</param>
    /// <returns>The checksum; null where the tag is something else.</returns>
    public static BlobChecksum? Parse(string? etag)
    {
        string digits = etag is null ? "" : (etag.StartsWith("W/", StringComparison.Ordinal) ? etag[2..] : etag).Trim('"');
        return digits.Length is Sha256Digits or Sha1Digits && digits.All(char.IsAsciiHexDigitLower) ? new BlobChecksum(digits) : null;
    }

    /// <summary>Reads a file, to see whether it is what it should be.</summary>
    public async Task<bool> IsOfAsync(string path, CancellationToken cancellationToken)
    {
        var content = new FileStream(path, new FileStreamOptions
        {
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
            Options = FileOptions.SequentialScan,
        });
        await using (content.ConfigureAwait(false))
        {
            return await IsOfAsync(content, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Reads a file from its start, to see whether it is what it should be.</summary>
    public async Task<bool> IsOfAsync(Stream content, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(IsSha256 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1);
        if (!IsSha256)
        {
            hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {content.Length}\0")));
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        try
        {
            content.Position = 0;
            int count;
            while ((count = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                hash.AppendData(buffer, 0, count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset()) == Digits;
    }

    public override string ToString() => $"{(IsSha256 ? "sha256" : "git SHA-1")} {Digits}";
}

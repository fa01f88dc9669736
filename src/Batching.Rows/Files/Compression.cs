namespace Batching.Rows.Files;

/// <summary>How the bytes of a file are packed.</summary>
internal enum Compression
{
    None,

    /// <summary>gzip (RFC 1952), one member or many.</summary>
    Gzip,

    /// <summary>Zstandard (RFC 8878), one frame or many.</summary>
    Zstandard,
}

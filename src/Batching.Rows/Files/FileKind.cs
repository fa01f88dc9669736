namespace Batching.Rows.Files;

/// <summary>What lies at a path.</summary>
internal enum FileKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A file of bytes that stay: it can be read again, cut and replaced.</summary>
    Regular,

    Folder,

    /// <summary>A symbolic link, where links are not followed.</summary>
    Link,

    /// <summary>A FIFO, a pipe or a socket: what is read of it is gone.</summary>
    Pipe,

    /// <summary>A device, such as a terminal.</summary>
    Device,
}

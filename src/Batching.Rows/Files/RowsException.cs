namespace Batching;

/// <summary>Rows cannot be read or written. The message names the file, the row, what is wrong and what mends it.</summary>
public class RowsException : Exception
{
    /// <summary>Makes an exception without a message of its own.</summary>
    public RowsException()
    {
    }

    /// <summary>Makes an exception.</summary>
    /// <param name="message">The file, the row, what is wrong and what mends it.</param>
    public RowsException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with its cause.</summary>
    /// <param name="message">The file, the row, what is wrong and what mends it.</param>
    /// <param name="innerException">What went wrong, where something else says so.</param>
    public RowsException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>
    /// Whether nothing was done, because a file, a column or an option is not as it has to be. Otherwise a row, a file that is
    /// damaged or a disk ended what was going on; what was finished is written.
    /// </summary>
    public bool IsRefusal { get; init; }

    /// <summary>The option that mends it, by its name in <see cref="RowClassificationOptions"/> or <see cref="RowReaderOptions"/>; null where none does.</summary>
    public string? Setting { get; init; }

    /// <summary>The number of the row that cannot be read, from 1; null where it is not about a row.</summary>
    public long? Row { get; init; }

    internal static RowsException Refused(string message, Exception? innerException = null, string? setting = null) =>
        new(message, innerException) { IsRefusal = true, Setting = setting };

    internal static RowsException Failed(string message, Exception? innerException = null) => new(message, innerException);
}

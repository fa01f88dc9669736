namespace Batching;

/// <summary>Nobody reads the output any more, such as <c>head</c> behind a pipe. What was read until then is whole.</summary>
public sealed class OutputClosedException : RowsException
{
    private const int UnixBrokenPipe = 32;
    private const int WindowsBrokenPipe = unchecked((int)0x8007006D);
    private const int WindowsNoData = unchecked((int)0x800700E8);

    /// <summary>Makes an exception without a cause.</summary>
    public OutputClosedException()
        : base("The reader of the output has closed it.")
    {
    }

    /// <summary>Makes an exception.</summary>
    /// <param name="message">Which output it is.</param>
    public OutputClosedException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with its cause.</summary>
    /// <param name="message">Which output it is.</param>
    /// <param name="innerException">What the system said.</param>
    public OutputClosedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal static bool IsCauseOf(IOException exception) =>
        exception.HResult is UnixBrokenPipe or WindowsBrokenPipe or WindowsNoData;
}

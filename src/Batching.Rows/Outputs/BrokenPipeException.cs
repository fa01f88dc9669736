using System.Diagnostics.CodeAnalysis;

namespace Classify.Outputs;

/// <summary>Nobody reads stdout any more.</summary>
[SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "It is made in one place.")]
[SuppressMessage("Design", "CA1064:Exceptions should be public", Justification = "Nothing outside this program catches it.")]
internal sealed class BrokenPipeException(IOException innerException)
    : Exception("The reader of stdout has closed it.", innerException)
{
    private const int UnixBrokenPipe = 32;
    private const int WindowsBrokenPipe = unchecked((int)0x8007006D);
    private const int WindowsNoData = unchecked((int)0x800700E8);

    public static bool IsCauseOf(IOException exception) =>
        exception.HResult is UnixBrokenPipe or WindowsBrokenPipe or WindowsNoData;
}

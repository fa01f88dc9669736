using Microsoft.Win32.SafeHandles;

namespace Classify.Outputs;

/// <summary>Stdout as bytes.</summary>
internal static class StandardOutput
{
    private const int Descriptor = 1;

    public static Stream Open()
    {
        if (OperatingSystem.IsWindows())
        {
            return Console.OpenStandardOutput();
        }

        // The console's stream says nothing when the reader of a pipe is gone, and a million rows would be classified for
        // nobody. On a file it is the right one: it shares its position with the processes that write there before and after.
        var pipe = new FileStream(new SafeFileHandle(Descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return pipe.CanSeek ? Console.OpenStandardOutput() : pipe;
    }
}

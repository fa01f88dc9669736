using Batching.Rows.Files;
using Microsoft.Win32.SafeHandles;

namespace Batching.Rows.Outputs;

/// <summary>What the process was started with open, such as stdout, as bytes.</summary>
internal static class StandardStreams
{
    private const int Input = 0;
    private const int Output = 1;
    private const int Error = 2;

    /// <exception cref="IOException">It is closed, or not open for writing.</exception>
    public static Stream OpenForWriting(int descriptor)
    {
        if (OperatingSystem.IsWindows())
        {
            return OfConsole(descriptor);
        }

        // Started with stdin and stdout closed, the process gets these two numbers for a pipe of the runtime to itself, and
        // rows written there would be gone.
        FileNode node = FileNode.OfDescriptor(descriptor);
        if (descriptor != Input && node.Kind == FileKind.Pipe && node.IsSameAs(FileNode.OfDescriptor(Input)))
        {
            throw new IOException("It is closed.");
        }

        // The console's stream says nothing when the reader of a pipe is gone, and a million rows would be classified for
        // nobody. On a file it is the right one: it shares its position with the processes that write there before and after.
        var pipe = new FileStream(new SafeFileHandle(descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return pipe.CanSeek && descriptor is Output or Error ? OfConsole(descriptor) : pipe;
    }

    private static Stream OfConsole(int descriptor) => descriptor switch
    {
        Output => Console.OpenStandardOutput(),
        Error => Console.OpenStandardError(),
        _ => throw new IOException("It is not open for writing."),
    };
}

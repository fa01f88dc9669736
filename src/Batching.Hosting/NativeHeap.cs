using System.Runtime.InteropServices;

namespace Batching.Hosting;

/// <summary>The C library's heap, in which ONNX Runtime has its models.</summary>
internal static partial class NativeHeap
{
    /// <summary>Gives what is free in it back to the system.</summary>
    /// <remarks>
    /// The GNU C library keeps what was freed, and keeps it apart for each of several threads: after some reloads that is
    /// several models' worth. Other C libraries give it back by themselves, or have no such call. Takes some tens of milliseconds.
    /// </remarks>
    public static void Trim()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _ = MallocTrim(0);
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            // Another C library.
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "malloc_trim")]
    private static partial int MallocTrim(nuint pad);
}

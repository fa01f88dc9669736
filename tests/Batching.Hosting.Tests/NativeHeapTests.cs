using System.Runtime.InteropServices;
using Xunit;

namespace Batching.Hosting.Tests;

public sealed class NativeHeapTests
{
    private const int Blocks = 4096;
    private const int BlockBytes = 65_536;

    [Fact]
    public void What_was_freed_goes_back_to_the_system()
    {
        Assert.SkipUnless(NativeLibrary.TryLoad("libc.so.6", out _), "There is no GNU C library here.");
        nint[] blocks = [.. Enumerable.Range(0, Blocks).Select(_ => NewBlock())];

        // The last one stays: what is below it cannot be given back by making the heap shorter.
        foreach (nint block in blocks[..^1])
        {
            Marshal.FreeHGlobal(block);
        }

        long kept = Environment.WorkingSet;
        NativeHeap.Trim();
        long left = Environment.WorkingSet;
        Marshal.FreeHGlobal(blocks[^1]);
        Assert.True(left < kept - ((long)Blocks * BlockBytes / 2), $"Of {kept} bytes {left} are left.");
    }

    private static nint NewBlock()
    {
        nint block = Marshal.AllocHGlobal(BlockBytes);
        for (int i = 0; i < BlockBytes; i += 1024)
        {
            Marshal.WriteByte(block, i, 1);
        }

        return block;
    }
}

namespace Batching.Graphs;

/// <summary>A part of an .onnx file that is being put together: bytes, or bytes that are yet to be read from another file.</summary>
/// <param name="Bytes">The bytes; empty where they are in another file.</param>
/// <param name="File">The other file's name in the model's folder, or null.</param>
/// <param name="Offset">In the other file, the first byte.</param>
/// <param name="Length">How many bytes.</param>
internal readonly record struct OnnxPart(ReadOnlyMemory<byte> Bytes, string? File, long Offset, long Length)
{
    public OnnxPart(ReadOnlyMemory<byte> bytes)
        : this(bytes, File: null, Offset: 0, bytes.Length)
    {
    }
}

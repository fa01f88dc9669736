using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Batching.Inference;

/// <summary>Where a run writes its logits: the caller's memory, or pooled memory for float16 that is converted afterwards.</summary>
/// <remarks>Pins the memory until it is disposed of. Not thread-safe.</remarks>
internal sealed class LogitsTarget : IDisposable
{
    private readonly Memory<float> logits;
    private readonly IMemoryOwner<Float16>? halves;

    public LogitsTarget(GraphSignature signature, Memory<float> logits, int rows, int labels)
    {
        this.logits = logits;
        long[] shape = [rows, labels];
        if (signature.GivesFloat16)
        {
            halves = MemoryPool<Float16>.Shared.Rent(logits.Length);
            Value = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, halves.Memory[..logits.Length], shape);
        }
        else
        {
            Value = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, logits, shape);
        }
    }

    public OrtValue Value { get; }

    /// <summary>Has the logits where the caller wants them, once they were written.</summary>
    public void Complete()
    {
        if (halves is not null)
        {
            TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<Float16, Half>(halves.Memory.Span[..logits.Length]), logits.Span);
        }
    }

    public void Dispose()
    {
        Value.Dispose();
        halves?.Dispose();
    }
}

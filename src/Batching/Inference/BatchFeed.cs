using System.Buffers;
using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Batching.Inference;

/// <summary>A batch as the graph's inputs: int64 read in place, int32 from a pooled copy.</summary>
/// <remarks>Pins the memory until it is disposed of. Not thread-safe.</remarks>
internal sealed class BatchFeed : IDisposable
{
    private readonly OrtValue[] values;
    private readonly int[]?[] copies;

    public BatchFeed(GraphSignature signature, TokenBatch batch)
    {
        values = new OrtValue[signature.InputNames.Count];
        copies = new int[]?[values.Length];
        try
        {
            for (int i = 0; i < values.Length; i++)
            {
                Memory<long> memory = signature.InputNames[i] switch
                {
                    GraphSignature.InputIds => batch.InputIdsMemory,
                    GraphSignature.AttentionMask => batch.AttentionMaskMemory,
                    _ => batch.TokenTypeIdsMemory,
                };
                long[] shape = [batch.Rows, batch.Columns];
                if (signature.TakesInt32[i])
                {
                    int[] copy = copies[i] = ArrayPool<int>.Shared.Rent(memory.Length);
                    TensorPrimitives.ConvertChecked<long, int>(memory.Span, copy);
                    values[i] = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, copy.AsMemory(0, memory.Length), shape);
                }
                else
                {
                    values[i] = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, memory, shape);
                }
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IReadOnlyCollection<OrtValue> Values => values;

    public void Dispose()
    {
        // A value is null where an earlier one could not be made.
        foreach (OrtValue? value in values)
        {
            value?.Dispose();
        }

        foreach (int[]? copy in copies)
        {
            if (copy is not null)
            {
                ArrayPool<int>.Shared.Return(copy);
            }
        }
    }
}

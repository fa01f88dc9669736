using System.Buffers;
using System.Numerics.Tensors;
using Batching.Graphs;
using Microsoft.ML.OnnxRuntime;

namespace Batching.Inference;

/// <summary>A batch as the graph's inputs: int64 read in place, int32 and what a batch does not hold from pooled memory.</summary>
/// <remarks>Pins the memory until it is disposed of. Not thread-safe.</remarks>
internal sealed class BatchFeed : IDisposable
{
    private readonly OrtValue[] values;
    private readonly IDisposable?[] rented;
    private readonly long[] shape;

    public BatchFeed(GraphSignature signature, TokenBatch batch)
    {
        values = new OrtValue[signature.Inputs.Count];
        rented = new IDisposable?[values.Length];
        shape = [batch.Rows, batch.Columns];
        try
        {
            for (int i = 0; i < values.Length; i++)
            {
                GraphInput input = signature.Inputs[i];
                values[i] = input.Name switch
                {
                    GraphInputs.InputIds => Feed(i, batch.InputIdsMemory, input.IsInt32),
                    GraphInputs.AttentionMask => Feed(i, batch.AttentionMaskMemory, input.IsInt32),
                    GraphInputs.TokenTypeIds => Feed(i, batch.TokenTypeIdsMemory, input.IsInt32),
                    GraphInputs.PositionIds when input.IsInt32 => FeedPositions<int>(i, batch, signature.FirstPosition),
                    GraphInputs.PositionIds => FeedPositions<long>(i, batch, signature.FirstPosition),
                    _ => input.IsInt32 ? FeedGlobalMask<int>(i, batch) : FeedGlobalMask<long>(i, batch),
                };
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

        foreach (IDisposable? memory in rented)
        {
            memory?.Dispose();
        }
    }

    private OrtValue Feed(int index, Memory<long> memory, bool isInt32)
    {
        if (!isInt32)
        {
            return ValueOf(memory);
        }

        Memory<int> copy = Rent<int>(index, memory.Length);
        TensorPrimitives.ConvertChecked<long, int>(memory.Span, copy.Span);
        return ValueOf(copy);
    }

    // 1 on the first token of every row, as Hugging Face's LongformerForSequenceClassification has it.
    private OrtValue FeedGlobalMask<T>(int index, TokenBatch batch)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        Memory<T> mask = Rent<T>(index, batch.Rows * batch.Columns);
        Span<T> span = mask.Span;
        span.Clear();
        for (int row = 0; row < batch.Rows; row++)
        {
            span[(row * batch.Columns) + batch.TokensOf(row).Start.Value] = T.One;
        }

        return ValueOf(mask);
    }

    // Counted from a row's first token, wherever it stands, so that no position depends on the padding. What is on padding is
    // masked, and has to be a position all the same.
    private OrtValue FeedPositions<T>(int index, TokenBatch batch, int first)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        Memory<T> positions = Rent<T>(index, batch.Rows * batch.Columns);
        Span<T> span = positions.Span;
        span.Fill(T.CreateChecked(first));
        for (int row = 0; row < batch.Rows; row++)
        {
            (int start, int length) = batch.TokensOf(row).GetOffsetAndLength(batch.Columns);
            for (int token = 0; token < length; token++)
            {
                span[(row * batch.Columns) + start + token] = T.CreateChecked(first + token);
            }
        }

        return ValueOf(positions);
    }

    private Memory<T> Rent<T>(int index, int length)
    {
        IMemoryOwner<T> owner = MemoryPool<T>.Shared.Rent(length);
        rented[index] = owner;
        return owner.Memory[..length];
    }

    private OrtValue ValueOf<T>(Memory<T> memory)
        where T : unmanaged => OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, memory, shape);
}

using Microsoft.ML.OnnxRuntime;

namespace Batching.Benchmarks.Contenders;

/// <summary>An ONNX Runtime session as its documentation makes and runs one: default options, spinning threads among them.</summary>
internal sealed class BareSession : IDisposable
{
    private readonly InferenceSession session;
    private readonly RunOptions runOptions = new();

    public BareSession(string file, int threads)
    {
        using var options = new SessionOptions { IntraOpNumThreads = threads };
        session = new InferenceSession(file, options);
        Threads = threads;
    }

    public int Threads { get; }

    /// <summary>The settings that a bare session may choose from: one thread, or one for each core.</summary>
    public static BareSession[] Load(string file) =>
        [.. new[] { 1, Environment.ProcessorCount }.Distinct().Select(threads => new BareSession(file, threads))];

    /// <returns>The logits, in memory that the caller keeps.</returns>
    public float[] Run(long[] inputIds, long[] attentionMask, int rows)
    {
        long[] shape = [rows, inputIds.Length / rows];
        using var ids = OrtValue.CreateTensorValueFromMemory(inputIds, shape);
        using var mask = OrtValue.CreateTensorValueFromMemory(attentionMask, shape);
        var inputs = new Dictionary<string, OrtValue>(StringComparer.Ordinal) { ["input_ids"] = ids, ["attention_mask"] = mask };
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(runOptions, inputs, session.OutputNames);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    /// <summary>Runs ragged rows, padded to the longest.</summary>
    /// <returns>The logits, in memory that the caller keeps.</returns>
    public float[] Run(TokenRows rows, int padTokenId)
    {
        int columns = Enumerable.Range(0, rows.Count).Max(rows.LengthOf);
        var ids = new long[rows.Count * columns];
        var mask = new long[ids.Length];
        Array.Fill(ids, padTokenId);
        for (int row = 0; row < rows.Count; row++)
        {
            for (int column = 0; column < rows.LengthOf(row); column++)
            {
                ids[(row * columns) + column] = rows[row][column];
                mask[(row * columns) + column] = 1;
            }
        }

        return Run(ids, mask, rows.Count);
    }

    public void Dispose()
    {
        runOptions.Dispose();
        session.Dispose();
    }
}

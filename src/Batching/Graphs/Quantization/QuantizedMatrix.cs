namespace Batching.Graphs.Quantization;

/// <summary>A matrix as integers of eight bits and scales.</summary>
/// <param name="Rows">The number of rows.</param>
/// <param name="Columns">The number of columns.</param>
/// <param name="Values">The integers, row by row; 0 stands for 0.</param>
/// <param name="Scales">What an integer is multiplied by: for each column of weights, for each row of embeddings.</param>
internal sealed record QuantizedMatrix(int Rows, int Columns, sbyte[] Values, float[] Scales)
{
    // Where a processor adds pairs of products in 16 bits, 2 * 255 * 64 = 32,640 still fits, and 2 * 255 * 127 would not.
    private const int LargestWeight = 63;
    private const int SmallestWeight = -64;

    private const int LargestEmbedding = 127;

    // Cutting off the largest weights of a column makes all others finer. Beyond a third it never pays.
    private const int Steps = 34;
    private const float StepSize = 0.01f;

    /// <summary>Weights <c>[in, out]</c> as seven bits: each column gets the scale by which it loses least.</summary>
    public static QuantizedMatrix OfWeights(ConstantTensor weights)
    {
        int rows = weights.Dimensions[0];
        int columns = weights.Dimensions[1];
        var values = new sbyte[weights.Values.Length];
        var scales = new float[columns];
        Parallel.For(
            0,
            columns,
            () => new float[rows],
            (column, _, numbers) =>
            {
                for (int row = 0; row < rows; row++)
                {
                    numbers[row] = weights.Values[(row * columns) + column];
                }

                float scale = scales[column] = BestScale(numbers);
                for (int row = 0; row < rows; row++)
                {
                    values[(row * columns) + column] = (sbyte)Nearest(numbers[row], 1 / scale);
                }

                return numbers;
            },
            _ => { });
        return new QuantizedMatrix(rows, columns, values, scales);
    }

    /// <summary>A table of embeddings as eight bits: each row has a scale of its own, for it is looked up alone.</summary>
    public static QuantizedMatrix OfEmbeddings(ConstantTensor table)
    {
        int rows = table.Dimensions[0];
        int columns = table.Dimensions[1];
        var values = new sbyte[table.Values.Length];
        var scales = new float[rows];
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<float> numbers = table.Values.AsSpan(row * columns, columns);
            float scale = scales[row] = ScaleOf(numbers, LargestEmbedding);
            for (int column = 0; column < columns; column++)
            {
                values[(row * columns) + column] = (sbyte)MathF.Round(numbers[column] / scale);
            }
        }

        return new QuantizedMatrix(rows, columns, values, scales);
    }

    private static float BestScale(ReadOnlySpan<float> numbers)
    {
        float widest = ScaleOf(numbers, LargestWeight);
        float best = widest;
        double smallest = double.PositiveInfinity;
        for (int step = 0; step < Steps; step++)
        {
            float scale = widest * (1 - (StepSize * step));
            double loss = Loss(numbers, scale, smallest);
            if (loss < smallest)
            {
                (best, smallest) = (scale, loss);
            }
        }

        return best;
    }

    // The scale at which the largest number is the largest integer; 1 where all are 0, or so small that there is none.
    private static float ScaleOf(ReadOnlySpan<float> numbers, int largest)
    {
        float magnitude = 0;
        foreach (float number in numbers)
        {
            magnitude = MathF.Max(magnitude, MathF.Abs(number));
        }

        return float.IsNormal(magnitude / largest) ? magnitude / largest : 1;
    }

    private static double Loss(ReadOnlySpan<float> numbers, float scale, double enough)
    {
        double loss = 0;
        float inverse = 1 / scale;
        foreach (float number in numbers)
        {
            float difference = number - (Nearest(number, inverse) * scale);
            loss += difference * difference;
        }

        return Math.Min(loss, enough);
    }

    private static float Nearest(float number, float inverse) => Math.Clamp(MathF.Round(number * inverse), SmallestWeight, LargestWeight);
}

namespace Batching.Graphs.Quantization;

/// <summary>Numbers of a model.</summary>
/// <param name="Type">What the graph has them as: <see cref="ElementType.Float"/> or <see cref="ElementType.Float16"/>.</param>
/// <param name="Dimensions">The shape.</param>
/// <param name="Values">The numbers, row by row.</param>
internal sealed record ConstantTensor(ElementType Type, int[] Dimensions, float[] Values)
{
    /// <summary>The numbers of a tensor; null if they are no floating-point numbers, or more or fewer than its shape says.</summary>
    public static ConstantTensor? Of(OnnxTensor tensor) => tensor.Numbers() is { } values
        ? new ConstantTensor(tensor.Type, [.. tensor.Dimensions.Select(dimension => (int)dimension)], values)
        : null;

    /// <summary>A matrix with its rows as columns.</summary>
    public ConstantTensor Transposed()
    {
        int rows = Dimensions[0];
        int columns = Dimensions[1];
        var values = new float[Values.Length];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                values[(column * rows) + row] = Values[(row * columns) + column];
            }
        }

        return this with { Dimensions = [columns, rows], Values = values };
    }
}

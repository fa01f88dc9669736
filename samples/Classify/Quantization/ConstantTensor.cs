using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Classify.Quantization.Onnx;
using DataType = Classify.Quantization.Onnx.TensorProto.Types.DataType;

namespace Classify.Quantization;

/// <summary>Numbers of a model.</summary>
/// <param name="Type">What the graph has them as: <see cref="DataType.Float"/> or <see cref="DataType.Float16"/>.</param>
/// <param name="Dimensions">The shape.</param>
/// <param name="Values">The numbers, row by row.</param>
internal sealed record ConstantTensor(DataType Type, int[] Dimensions, float[] Values)
{
    /// <summary>The numbers of a tensor; null if they are no floating-point numbers, or more or fewer than its shape says.</summary>
    public static ConstantTensor? Of(TensorProto tensor)
    {
        var type = (DataType)tensor.DataType;
        float[]? values = type switch
        {
            DataType.Float when tensor.HasRawData => MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray(),
            DataType.Float => [.. tensor.FloatData],
            DataType.Float16 when tensor.HasRawData => Singles(MemoryMarshal.Cast<byte, Half>(tensor.RawData.Span)),
            DataType.Float16 => [.. tensor.Int32Data.Select(bits => (float)BitConverter.UInt16BitsToHalf((ushort)bits))],
            _ => null,
        };
        return values is not null && Size(tensor) == values.Length
            ? new ConstantTensor(type, [.. tensor.Dims.Select(dimension => (int)dimension)], values)
            : null;
    }

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

    private static float[] Singles(ReadOnlySpan<Half> halves)
    {
        var singles = new float[halves.Length];
        TensorPrimitives.ConvertToSingle(halves, singles);
        return singles;
    }

    // What a damaged file says may be negative, or too large for any number of bits.
    private static double Size(TensorProto tensor) => tensor.Dims.Any(dimension => dimension is < 0 or > int.MaxValue)
        ? double.NaN
        : tensor.Dims.Aggregate(1.0, (size, dimension) => size * dimension);
}

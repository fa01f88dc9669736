using System.Diagnostics.CodeAnalysis;

namespace Batching;

/// <summary>The numbers that a model computes with, by which its .onnx file is chosen.</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "The field calls precisions so.")]
public enum ModelPrecision
{
    /// <summary>32-bit floating point: <c>onnx/model.onnx</c> or <c>model.onnx</c>. The default.</summary>
    Float32,

    /// <summary>16-bit floating point: <c>onnx/model_fp16.onnx</c> or <c>model_fp16.onnx</c>.</summary>
    Float16,

    /// <summary>
    /// 8-bit integers: <c>onnx/model_int8.onnx</c>, <c>model_int8.onnx</c>, <c>onnx/model_quantized.onnx</c> or
    /// <c>model_quantized.onnx</c>.
    /// </summary>
    Int8,
}

namespace Batching.Folders;

/// <summary>What a look through an .onnx file shows without its weights.</summary>
/// <param name="Operators">The operators' names, such as <c>MatMul</c>; of a file that is no ONNX model, those that were met before that showed.</param>
/// <param name="Tables">The dimensions of the constants that the graph looks numbers up in, or slices.</param>
internal sealed record OnnxContent(IReadOnlySet<string> Operators, IReadOnlyList<IReadOnlyList<long>> Tables);

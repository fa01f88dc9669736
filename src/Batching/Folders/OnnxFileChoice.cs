namespace Batching.Folders;

/// <summary>Which .onnx file of a folder is asked for.</summary>
/// <param name="ModelFile">A file by its name in the folder, or null.</param>
/// <param name="Precision">A precision, where there is no name; null for the full one.</param>
internal sealed record OnnxFileChoice(string? ModelFile, ModelPrecision? Precision);

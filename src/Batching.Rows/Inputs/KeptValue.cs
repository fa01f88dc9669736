namespace Batching;

/// <summary>A value of an input column that is carried over to the output.</summary>
/// <param name="Text">The value as text; null where the row has none.</param>
/// <param name="IsJson">Whether the text is JSON that is no string, such as a number, and goes into JSON as it is.</param>
public readonly record struct KeptValue(string? Text, bool IsJson = false);

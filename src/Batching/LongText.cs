namespace Batching;

/// <summary>What becomes of a text that is longer than the model takes.</summary>
public enum LongText
{
    /// <summary>Its end is cut off. The default.</summary>
    Truncate,

    /// <summary>
    /// It is classified window by window, in the same batches as all other rows, and the windows' scores are pooled to one
    /// result: <see cref="WindowPooling"/>. Of a pair, the longer of the two texts is windowed, the text where both are
    /// equally long, and the other is repeated in every window.
    /// </summary>
    Windows,
}

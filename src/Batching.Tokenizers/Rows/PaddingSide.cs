namespace Batching;

/// <summary>The end at which shorter rows are filled up: <c>padding_side</c> in Hugging Face's tokenizers.</summary>
public enum PaddingSide
{
    /// <summary>Padding comes after a row's tokens. The default of most models.</summary>
    Right,

    /// <summary>Padding comes before a row's tokens, for models that read the last position, such as XLNet.</summary>
    Left,
}

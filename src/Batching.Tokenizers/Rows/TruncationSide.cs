namespace Batching;

/// <summary>The end at which a text that is too long is cut: <c>truncation_side</c> in Hugging Face's tokenizers.</summary>
public enum TruncationSide
{
    /// <summary>A text's last tokens go; its windows begin at its start. The default of most models.</summary>
    Right,

    /// <summary>A text's first tokens go; its windows begin at its end.</summary>
    Left,
}

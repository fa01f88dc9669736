namespace Batching.Tokenization;

/// <summary>What a class of Hugging Face calls its special tokens; null for one that it has not.</summary>
internal sealed record SpecialTokenDefaults
{
    public string? Begin { get; init; }

    public string? End { get; init; }

    public string? Unknown { get; init; }

    public string? Separator { get; init; }

    public string? Pad { get; init; }

    public string? Classifier { get; init; }

    public string? Mask { get; init; }

    /// <summary>Whether the mask takes the white space before it along.</summary>
    public bool MaskStripsLeft { get; init; }

    /// <summary>Those without a role.</summary>
    public IReadOnlyList<string> Others { get; init; } = [];

    /// <summary>The default of <c>bos_token</c> and so on.</summary>
    public string? Of(string role) => role switch
    {
        "bos_token" => Begin,
        "eos_token" => End,
        "unk_token" => Unknown,
        "sep_token" => Separator,
        "pad_token" => Pad,
        "cls_token" => Classifier,
        "mask_token" => Mask,
        _ => null,
    };
}

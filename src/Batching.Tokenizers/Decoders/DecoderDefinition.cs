namespace Batching.Tokenization;

/// <summary>A <c>decoder</c> of <c>tokenizer.json</c>.</summary>
internal abstract record DecoderDefinition
{
    private DecoderDefinition()
    {
    }

    /// <summary>No decoder: tokens with a space between.</summary>
    public sealed record None : DecoderDefinition;

    /// <summary><c>WordPiece</c>.</summary>
    /// <param name="ContinuingPrefix">What a piece that goes on with a word loses.</param>
    /// <param name="CleansUp">Whether spaces before punctuation are lost.</param>
    public sealed record WordPiece(string ContinuingPrefix = "##", bool CleansUp = true) : DecoderDefinition;

    /// <summary><c>ByteLevel</c>.</summary>
    public sealed record ByteLevel : DecoderDefinition;

    /// <summary><c>Metaspace</c>.</summary>
    /// <param name="Replacement">What stands for a space.</param>
    /// <param name="DropsFirst">Whether those of the first token stand for nothing.</param>
    public sealed record Metaspace(string Replacement, bool DropsFirst) : DecoderDefinition;
}

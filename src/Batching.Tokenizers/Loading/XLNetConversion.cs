namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>XLNetConverter</c>: as ALBERT's, with the special tokens at the end.</summary>
internal sealed class XLNetConversion : AlbertConversion
{
    protected override bool LowercasesByDefault => false;

    public override RowTemplate Template(TokenSet tokens, TokenizerConfig config) => RowTemplate.XLNet(config.IdOf(tokens, "cls_token"), config.IdOf(tokens, "sep_token"));
}

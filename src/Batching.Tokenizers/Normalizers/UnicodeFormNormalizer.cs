using System.Text;

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>NFC</c>, <c>NFD</c>, <c>NFKC</c> and <c>NFKD</c>.</summary>
internal sealed class UnicodeFormNormalizer(NormalizationForm form) : TextNormalizer
{
    public static UnicodeFormNormalizer Read(JsonSection json) => new(json.String("type") switch
    {
        "NFC" => NormalizationForm.FormC,
        "NFD" => NormalizationForm.FormD,
        "NFKC" => NormalizationForm.FormKC,
        _ => NormalizationForm.FormKD,
    });

    public override void Normalize(ReadOnlySpan<char> text, CharBuffer normalized) => UnicodeNormalizer.Normalize(form, text, normalized);

    public override void Align(AlignedText text) => AlignedForms.Normalize(form, text);
}

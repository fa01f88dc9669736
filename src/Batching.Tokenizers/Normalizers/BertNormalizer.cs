using System.Text;

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>BertNormalizer</c> over a whole text.</summary>
/// <remarks>
/// The hot path (<see cref="WordPieceEncoder"/>) normalizes scalar by scalar with the same <see cref="ScalarNormalizer"/>
/// and never makes this text; it serves those who want tokens with offsets, or the parts of a tokenizer, and sequences of
/// normalizers.
/// </remarks>
internal sealed class BertNormalizer(ScalarNormalizer scalars) : TextNormalizer
{
    public ScalarNormalizer Scalars => scalars;

    public static BertNormalizer Read(JsonSection json) => new(new ScalarNormalizer(new NormalizerOptions(
        json.Boolean("clean_text") ?? true,
        json.Boolean("handle_chinese_chars") ?? true,
        json.Boolean("strip_accents"),
        json.Boolean("lowercase") ?? true)));

    public override void Normalize(ReadOnlySpan<char> text, CharBuffer normalized)
    {
        var buffer = new ScalarBuffer(stackalloc char[256]);
        Span<int> output = stackalloc int[ScalarNormalizer.LongestOutput];

        // A lone surrogate is enumerated as U+FFFD, as it is when a text is turned into UTF-8 for Hugging Face.
        foreach (Rune rune in text.EnumerateRunes())
        {
            foreach (int scalar in output[..scalars.Normalize(rune.Value, output)])
            {
                if (!scalars.StripsAccents)
                {
                    buffer.Append(scalar);
                }
                else if (scalar == ScalarNormalizer.EndOfRun)
                {
                    buffer.EndRun();
                }
                else
                {
                    buffer.AppendInOrder(scalar);
                }
            }
        }

        buffer.EndRun();
        normalized.Append(buffer.Text);
        buffer.Dispose();
    }

    public override void Align(AlignedText text)
    {
        NormalizerOptions options = scalars.Options;
        if (options.CleanText)
        {
            text.Keep(scalar => (ScalarTable.PropertiesOf(scalar) & ScalarProperties.Removed) == 0);
            for (int i = 0; i < text.Count; i++)
            {
                text.Take((ScalarTable.PropertiesOf(text[i]) & ScalarProperties.Space) != 0 ? ' ' : text[i]);
            }

            text.EndStep();
        }
        else
        {
            // Lone surrogates become U+FFFD, which cleaning drops.
            text.Keep(_ => true);
        }

        if (options.HandleChineseChars)
        {
            SpaceChinese(text);
        }

        if (options.StripsAccents)
        {
            AlignedForms.Normalize(NormalizationForm.FormD, text);
            text.Keep(scalar => (ScalarTable.PropertiesOf(scalar) & ScalarProperties.Mark) == 0);
        }

        if (options.Lowercase)
        {
            Lower(text);
        }
    }

    private static void SpaceChinese(AlignedText text)
    {
        for (int i = 0; i < text.Count; i++)
        {
            int scalar = text[i];
            if ((ScalarTable.PropertiesOf(scalar) & ScalarProperties.Chinese) != 0)
            {
                text.Take(' ');
                text.Insert(scalar);
                text.Insert(' ');
            }
            else
            {
                text.Take(scalar);
            }
        }

        text.EndStep();
    }

    private static void Lower(AlignedText text)
    {
        Span<int> lowerCase = stackalloc int[ScalarTable.LongestMapping];
        for (int i = 0; i < text.Count; i++)
        {
            int count = ScalarTable.ToLowerCase(text[i], lowerCase);
            text.TakeAs(lowerCase[..count]);
        }

        text.EndStep();
    }
}

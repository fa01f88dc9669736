using System.Text;
using Microsoft.ML.Tokenizers;

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>BertPreTokenizer</c>: words between white space, and every punctuation mark a word of its own.</summary>
internal sealed class BertPreTokenizer : PreTokenizer
{
    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return PreTokenize(text.AsSpan());
    }

    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text)
    {
        var words = new List<(int Offset, int Length)>();
        int start = 0;
        int position = 0;
        while (position < text.Length)
        {
            Rune.DecodeFromUtf16(text[position..], out Rune rune, out int width);
            ScalarProperties properties = ScalarTable.PropertiesOf(rune.Value);
            if ((properties & (ScalarProperties.Separator | ScalarProperties.Punctuation)) != 0)
            {
                AddWord(position);
                start = position + width;
                if ((properties & ScalarProperties.Punctuation) != 0)
                {
                    words.Add((position, width));
                }
            }

            position += width;
        }

        AddWord(text.Length);
        return words;

        void AddWord(int end)
        {
            if (end > start)
            {
                words.Add((start, end - start));
            }
        }
    }
}

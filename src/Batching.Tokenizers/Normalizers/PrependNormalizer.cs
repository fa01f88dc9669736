namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>Prepend</c>: puts a text before one that is not empty.</summary>
internal sealed class PrependNormalizer(string prefix) : TextNormalizer
{
    public static PrependNormalizer Read(JsonSection json) => new(
        json.String("prepend") ?? throw json.Refuse("the Prepend has no 'prepend'. Download the file again."));

    public override void Normalize(ReadOnlySpan<char> text, CharBuffer normalized)
    {
        if (!text.IsEmpty)
        {
            normalized.Append(prefix);
            normalized.Append(text);
        }
    }

    public override void Align(AlignedText text)
    {
        if (text.Count == 0)
        {
            return;
        }

        // What is put before the text stands for its first scalar.
        text.InsertBefore(prefix);
        text.Copy(text.Count);
        text.EndStep();
    }
}

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>CharDelimiterSplit</c>: words between a character.</summary>
internal sealed class CharDelimiterPreTokenizer(int delimiter) : DelimiterPreTokenizer(DelimiterBehavior.Removed)
{
    public static CharDelimiterPreTokenizer Read(JsonSection json)
    {
        string delimiter = json.String("delimiter") ?? throw json.Refuse("the CharDelimiterSplit has no 'delimiter'. Download the file again.");
        return delimiter.EnumerateRunes().Count() == 1
            ? new CharDelimiterPreTokenizer(delimiter.EnumerateRunes().First().Value)
            : throw json.Refuse($"the 'delimiter' is '{delimiter}', expected one character. Correct the file.");
    }

    protected override bool IsDelimiter(int scalar) => scalar == delimiter;
}

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>Strip</c> decoder: takes up to so many of a character off the ends of each token.</summary>
internal sealed class StripDecoder(char content, int start, int stop) : DecoderStep
{
    public static Func<TokenDecoder> Read(JsonSection json)
    {
        string content = json.String("content") ?? " ";
        return content.Length == 1
            ? StepDecoder.Of(new StripDecoder(content[0], json.Int32("start") ?? 0, json.Int32("stop") ?? 0))
            : throw json.Refuse($"the 'content' is '{content}', expected one character below U+10000. Correct the file.");
    }

    public override void Apply(List<string> tokens)
    {
        for (int i = 0; i < tokens.Count; i++)
        {
            string token = tokens[i];
            int from = 0;
            while (from < start && from < token.Length && token[from] == content)
            {
                from++;
            }

            int to = token.Length;
            while (token.Length - to < stop && to > from && token[to - 1] == content)
            {
                to--;
            }

            tokens[i] = token[from..to];
        }
    }
}

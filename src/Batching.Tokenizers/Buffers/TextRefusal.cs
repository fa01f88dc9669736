namespace Batching.Tokenization;

/// <summary>What is thrown where a text, and not the tokenizer, is at fault.</summary>
internal static class TextRefusal
{
    /// <param name="message">What is wrong with it, and what to do.</param>
    /// <param name="parameterName">What callers know it by.</param>
    public static ArgumentException Of(string message, string parameterName = "text") => new(message, parameterName);
}

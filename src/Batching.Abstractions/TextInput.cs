using System.Diagnostics.CodeAnalysis;

namespace Batching;

/// <summary>A text to classify, or a text and its pair, such as a premise and its hypothesis.</summary>
/// <remarks>Converts from a <see cref="string"/>, and from a tuple of two.</remarks>
public readonly record struct TextInput
{
    /// <summary>Creates an input.</summary>
    /// <param name="text">The text. It may be empty; a lone surrogate in it counts as U+FFFD.</param>
    /// <param name="pair">The second text of a pair, or null for a text without one. It may be empty: a pair it is all the same.</param>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    public TextInput(string text, string? pair = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        Text = text;
        Pair = pair;
    }

    /// <summary>The text. Null only in a <c>default</c> value, which no method takes.</summary>
    public string Text { get; }

    /// <summary>The second text of a pair, or null for a text without one.</summary>
    /// <value>
    /// An empty text is a pair with nothing in it, and has the special tokens of a pair: as in Hugging Face's tokenizers, in
    /// lists of pairs and in cross-encoders. (Only the call of a single pair in transformers takes an empty one for none.)
    /// </value>
    public string? Pair { get; }

    /// <summary>An input of one text.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    public static implicit operator TextInput(string text) => FromString(text);

    /// <summary>An input of a text and its pair.</summary>
    /// <param name="texts">The two texts.</param>
    /// <exception cref="ArgumentNullException">One of the two is null.</exception>
    public static implicit operator TextInput((string Text, string Pair) texts) => FromTuple(texts);

    /// <summary>An input of one text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The input.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    public static TextInput FromString(string text) => new(text);

    /// <summary>An input of a text and its pair.</summary>
    /// <param name="texts">The two texts.</param>
    /// <returns>The input.</returns>
    /// <exception cref="ArgumentNullException">One of the two is null.</exception>
    [SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "It names what it converts from.")]
    public static TextInput FromTuple((string Text, string Pair) texts)
    {
        ArgumentNullException.ThrowIfNull(texts.Pair, nameof(texts));
        return new TextInput(texts.Text, texts.Pair);
    }

    /// <summary>Inputs of one text each.</summary>
    /// <param name="texts">The texts, enumerated as the inputs are.</param>
    /// <returns>An input for each text, in the order of the texts.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="texts"/> is null.</exception>
    /// <exception cref="ArgumentException">A text is null; thrown when the enumeration comes to it.</exception>
    public static IEnumerable<TextInput> FromStrings(IEnumerable<string> texts) =>
        texts.Select((text, index) => text is null
            ? throw new ArgumentException($"Text {index} is null. Give an empty string for a text without content.", nameof(texts))
            : new TextInput(text));
}

using System.Globalization;
using System.Text;
using Xunit;

namespace Batching.Tests.Tokenization;

/// <summary>The rows of a golden that come out otherwise, all of them in one failure.</summary>
internal sealed class Differences
{
    private const int MostShown = 12;

    private readonly StringBuilder shown = new();
    private int rows;
    private int differing;

    public void Expect(TextInput input, int[] expected, Func<IReadOnlyList<int>> encode)
    {
        string actual;
        try
        {
            actual = string.Join(' ', encode());
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            actual = exception.Message;
        }

        Expect(input, string.Join(' ', expected), actual);
    }

    public void Expect(TextInput input, string expected, string actual)
    {
        rows++;
        if (expected != actual && differing++ < MostShown)
        {
            string pair = input.Pair is null ? "" : $" | {Escaped(input.Pair)}";
            shown.Append(CultureInfo.InvariantCulture, $"\n{Escaped(input.Text)}{pair}\n  has  {expected}\n  not  {actual}");
        }
    }

    public void AssertNone() => Assert.True(differing == 0, $"{differing} of {rows} rows differ.{shown}");

    private static string Escaped(string text) => string.Concat(text.Select(c => c is >= ' ' and <= '~' ? c.ToString() : $"\\u{(int)c:X4}"));
}

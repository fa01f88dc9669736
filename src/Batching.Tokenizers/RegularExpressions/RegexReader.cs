using System.Globalization;
using System.Text;

namespace Batching.Tokenization;

/// <summary>Reads the characters of a regular expression, and what a backslash makes of them.</summary>
/// <param name="pattern">The expression.</param>
/// <param name="refuse">Makes the exception that says where the expression is, from what is not supported.</param>
internal sealed class RegexReader(string pattern, Func<string, ModelLoadException> refuse)
{
    private const int LastScalar = 0x10FFFF;

    // What a backslash makes a control character of.
    private const string ControlNames = "tnrfvae";
    private const string Controls = "\t\n\r\f\v\a\u001B";

    private readonly int[] scalars = [.. pattern.EnumerateRunes().Select(rune => rune.Value)];

    public int Position { get; private set; }

    public bool IsAtEnd => Position == scalars.Length;

    /// <summary>The next character, or -1 where there is none.</summary>
    public int Next => IsAtEnd ? -1 : scalars[Position];

    public int Take() => IsAtEnd ? throw refuse("it ends in the middle") : scalars[Position++];

    public bool TryTake(char c)
    {
        bool isThere = Next == c;
        Position += isThere ? 1 : 0;
        return isThere;
    }

    public bool TryTake(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (Position + i >= scalars.Length || scalars[Position + i] != text[i])
            {
                return false;
            }
        }

        Position += text.Length;
        return true;
    }

    public void GoBackTo(int position) => Position = position;

    /// <summary>A number in digits; null where there is none, or a very large one.</summary>
    public int? TakeNumber()
    {
        int start = Position;
        long number = 0;
        while (Next is >= '0' and <= '9')
        {
            number = Math.Min((number * 10) + (Take() - '0'), int.MaxValue);
        }

        return Position == start || number == int.MaxValue ? null : (int)number;
    }

    /// <summary>All up to a character, which is taken as well.</summary>
    public string TakeUntil(char end)
    {
        var text = new StringBuilder();
        while (!TryTake(end))
        {
            text.Append(new Rune(Take()));
        }

        return text.ToString();
    }

    /// <summary>The class that an escape stands for, such as <c>\s</c> or <c>\p{L}</c>, the backslash already taken; null, with nothing taken, for another.</summary>
    public ScalarRanges? TryTakeClass()
    {
        switch (Next)
        {
            case 'd' or 's' or 'w' or 'h':
                return RegexClasses.Of($"\\{(char)Take()}");
            case 'D' or 'S' or 'W' or 'H':
                return RegexClasses.Of($"\\{char.ToLowerInvariant((char)Take())}")!.Not();
            case 'p' or 'P' when Position + 1 < scalars.Length && scalars[Position + 1] == '{':
                bool isNegative = Take() == 'P';
                Take();
                isNegative ^= TryTake('^');
                string name = TakeUntil('}');
                ScalarRanges ranges = RegexClasses.OfProperty(name) ?? throw refuse($"'\\p{{{name}}}' is not supported");
                return isNegative ? ranges.Not() : ranges;
            default:
                return null;
        }
    }

    /// <summary>The character that an escape stands for, the backslash already taken.</summary>
    public int TakeEscaped()
    {
        int c = Take();
        if (c < char.MaxValue && ControlNames.IndexOf((char)c, StringComparison.Ordinal) is >= 0 and var index)
        {
            return Controls[index];
        }

        switch (c)
        {
            case 'x' when TryTake('{'):
                return Hex(TakeUntil('}'), 1, 8);
            case 'x':
                return Hex(TakeHexDigits(2), 0, 2);
            case 'u':
                return Hex(TakeHexDigits(4), 4, 4);
            case >= '0' and <= '7':
                Position--;
                return TakeOctal();
            case 'c' or 'C' or 'M':
                throw refuse($"'\\{(char)c}' is not supported");
            case >= 'a' and <= 'z' or >= 'A' and <= 'Z' or '8' or '9' when "pPyYkKgGRXNOQEGBAbzZ89".Contains((char)c, StringComparison.Ordinal):
                throw refuse($"'\\{(char)c}' is not supported here");
            default:
                return c;
        }
    }

    private int TakeOctal()
    {
        int value = 0;
        for (int i = 0; i < 3 && Next is >= '0' and <= '7'; i++)
        {
            value = (value * 8) + (Take() - '0');
        }

        return value < 0x80 ? value : throw refuse($"the octal number {Convert.ToString(value, 8)} is not a character");
    }

    private string TakeHexDigits(int most)
    {
        var text = new StringBuilder();
        while (text.Length < most && Next is >= 0 and < 128 && char.IsAsciiHexDigit((char)Next))
        {
            text.Append((char)Take());
        }

        return text.ToString();
    }

    private int Hex(string digits, int least, int most) =>
        digits.Length >= least
        && digits.Length <= most
        && int.TryParse(digits.Length == 0 ? "0" : digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value)
        && value is >= 0 and <= LastScalar
        && (most != 2 || value < 0x80)
            ? value
            : throw refuse($"'{digits}' is not the hexadecimal number of a character");
}

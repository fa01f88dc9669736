using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Batching.Tokenization;

/// <summary>A number of a JSON file as the Rust library of Hugging Face reads it, which is not always the nearest one.</summary>
/// <remarks>
/// It takes as many digits as fit into 64 bits as a whole number, and multiplies or divides that by a power of ten. Of the
/// scores of a unigram vocabulary one in seven comes out a last bit off; with the nearest number, sums of scores that are
/// equal there would differ here, and the other way round, and a text would get other tokens.
/// </remarks>
internal static class RustNumber
{
    private const int LargestExponent = 308;

    private static readonly double[] PowersOfTen =
        [.. Enumerable.Range(0, LargestExponent + 1).Select(exponent => double.Parse($"1e{exponent}", CultureInfo.InvariantCulture))];

    /// <returns>The number, or null where it is too large.</returns>
    /// <param name="number">A number.</param>
    public static double? Read(JsonElement number) => Read(JsonMarshal.GetRawUtf8Value(number));

    /// <param name="number">A number in the syntax of JSON.</param>
    public static double? Read(ReadOnlySpan<byte> number)
    {
        bool isNegative = number[0] == '-';
        int position = isNegative ? 1 : 0;
        ulong digits = 0;
        long exponent = 0;
        bool isFull = false;
        bool isFraction = false;
        for (; position < number.Length && number[position] is not ((byte)'e' or (byte)'E'); position++)
        {
            if (number[position] == '.')
            {
                // Digits before it that did not fit are counted; digits behind it go on filling.
                isFraction = true;
                isFull = false;
                continue;
            }

            uint digit = number[position] - (uint)'0';
            isFull |= digits > (ulong.MaxValue - digit) / 10;
            if (!isFull)
            {
                digits = (digits * 10) + digit;
                exponent -= isFraction ? 1 : 0;
            }
            else if (!isFraction)
            {
                exponent++;
            }
        }

        if (position < number.Length)
        {
            ReadOnlySpan<byte> written = number[(position + 1)..];
            bool isDivisor = written[0] == '-';
            exponent += (isDivisor ? -1 : 1) * ReadExponent(written.TrimStart("+-"u8));
        }

        return Scale(digits, exponent) is { } value ? isNegative ? -value : value : null;
    }

    // Far beyond what a number can have it does not matter how far.
    private static long ReadExponent(ReadOnlySpan<byte> digits)
    {
        long exponent = 0;
        foreach (byte digit in digits)
        {
            exponent = Math.Min((exponent * 10) + digit - '0', int.MaxValue);
        }

        return exponent;
    }

    private static double? Scale(ulong digits, long exponent)
    {
        double value = digits;
        while (exponent < -LargestExponent && value != 0)
        {
            value /= PowersOfTen[LargestExponent];
            exponent += LargestExponent;
        }

        if (value == 0)
        {
            return 0;
        }

        if (exponent > LargestExponent)
        {
            return null;
        }

        value = exponent < 0 ? value / PowersOfTen[-exponent] : value * PowersOfTen[exponent];
        return double.IsFinite(value) ? value : null;
    }
}

using System.Globalization;

namespace Batching.Hosting;

/// <summary>Times as a configuration writes them: with a unit, as <c>hh:mm:ss</c>, or as a number of seconds.</summary>
internal static class ConfiguredTime
{
    // The longer names first: "ms" ends with "s", too.
    private static readonly (string Name, TimeSpan Length)[] Units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)),
        ("min", TimeSpan.FromMinutes(1)),
        ("s", TimeSpan.FromSeconds(1)),
        ("m", TimeSpan.FromMinutes(1)),
        ("h", TimeSpan.FromHours(1)),
        ("d", TimeSpan.FromDays(1)),
    ];

    /// <summary>What to say of a text that is none.</summary>
    public const string Forms = "Write a time with a unit, such as 30s, 500ms, 5m or 2h, as hh:mm:ss, or as a number of seconds.";

    /// <param name="text">For instance <c>30</c> or <c>30s</c>, <c>500ms</c>, <c>5m</c>, <c>2h</c>, <c>1d</c>, <c>00:00:30</c>.</param>
    /// <param name="time">The time.</param>
    /// <returns>False where it is none of these, or longer than a <see cref="TimeSpan"/> can be.</returns>
    public static bool TryParse(string text, out TimeSpan time)
    {
        // TimeSpan's own rule would take a bare number for days.
        if (text.Contains(':', StringComparison.Ordinal))
        {
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out time);
        }

        ReadOnlySpan<char> number = text.AsSpan().Trim();
        TimeSpan unit = TimeSpan.FromSeconds(1);
        foreach ((string name, TimeSpan length) in Units)
        {
            if (number.EndsWith(name, StringComparison.OrdinalIgnoreCase))
            {
                number = number[..^name.Length].TrimEnd();
                unit = length;
                break;
            }
        }

        time = TimeSpan.Zero;
        if (!double.TryParse(number, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count)
            || !double.IsFinite(count)
            || Math.Abs(count) * unit.Ticks >= long.MaxValue)
        {
            return false;
        }

        time = unit * count;
        return true;
    }
}

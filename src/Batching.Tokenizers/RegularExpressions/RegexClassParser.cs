namespace Batching.Tokenization;

/// <summary>Reads a character class in brackets, in Oniguruma's syntax: ranges, classes within classes, and their intersections.</summary>
internal sealed class RegexClassParser(RegexReader reader, Func<string, ModelLoadException> refuse)
{
    private const int Deepest = 100;

    /// <param name="isNegative">Whether the class is of all others.</param>
    /// <returns>The class as it stands there, the opening bracket already taken; not yet negated.</returns>
    public ScalarRanges Parse(out bool isNegative) => Parse(0, out isNegative);

    private ScalarRanges Parse(int depth, out bool isNegative)
    {
        if (depth > Deepest)
        {
            throw refuse($"classes are more than {Deepest} deep in each other");
        }

        isNegative = reader.TryTake('^');
        ScalarRanges? all = null;
        ScalarRanges ranges = ScalarRanges.None;
        bool isEmpty = true;
        for (bool isFirst = true; ; isFirst = false)
        {
            if (reader.Next == ']' && !(isFirst && HasAnotherEnd()))
            {
                reader.Take();
                break;
            }

            if (reader.TryTake("&&"))
            {
                all = all is null ? ranges : all.And(ranges);
                ranges = ScalarRanges.None;
                isEmpty = false;
                continue;
            }

            isEmpty = false;
            ranges = ranges.Or(ParseItem(depth));
        }

        return isEmpty ? throw refuse("a class in brackets is empty") : all is null ? ranges : all.And(ranges);
    }

    // A bracket that would close an empty class is a character, if there is another to close it.
    private bool HasAnotherEnd()
    {
        int start = reader.Position;
        reader.Take();
        bool has = false;
        while (!reader.IsAtEnd && !has)
        {
            int c = reader.Take();
            has = c == ']';
            if (c == '\\' && !reader.IsAtEnd)
            {
                reader.Take();
            }
        }

        reader.GoBackTo(start);
        return has;
    }

    private ScalarRanges ParseItem(int depth)
    {
        if (reader.TryTake("[:"))
        {
            int start = reader.Position;
            if (TryParsePosix() is { } posix)
            {
                return posix;
            }

            reader.GoBackTo(start - 1);
            return ParseNested(depth);
        }

        if (reader.TryTake('['))
        {
            return ParseNested(depth);
        }

        if (ParseSingle() is not { } first)
        {
            return reader.TryTakeClass()!;
        }

        // A hyphen at the end, or behind a class, is a character.
        int hyphen = reader.Position;
        if (!reader.TryTake('-'))
        {
            return ScalarRanges.Of(first);
        }

        if (reader.Next is ']' or '[' || (reader.Next == '&' && IsIntersection()))
        {
            reader.GoBackTo(hyphen);
            return ScalarRanges.Of(first);
        }

        if (ParseSingle() is not { } last)
        {
            return ScalarRanges.Of(first).Or(ScalarRanges.Of('-')).Or(reader.TryTakeClass()!);
        }

        return first <= last ? ScalarRanges.Of(first, last) : throw refuse($"the range from U+{first:X4} to U+{last:X4} is empty");
    }

    private bool IsIntersection()
    {
        int start = reader.Position;
        bool isIntersection = reader.TryTake("&&");
        reader.GoBackTo(start);
        return isIntersection;
    }

    private ScalarRanges ParseNested(int depth)
    {
        ScalarRanges nested = Parse(depth + 1, out bool isNegative);
        return isNegative ? nested.Not() : nested;
    }

    // A character; null where there is an escape for a class, of which the backslash is taken.
    private int? ParseSingle()
    {
        if (!reader.TryTake('\\'))
        {
            return reader.Take();
        }

        int start = reader.Position;
        if (reader.TryTakeClass() is not null)
        {
            reader.GoBackTo(start);
            return null;
        }

        // Within brackets it is a character.
        return reader.TryTake('b') ? '\b' : reader.TakeEscaped();
    }

    private ScalarRanges? TryParsePosix()
    {
        bool isNegative = reader.TryTake('^');
        string name = "";
        while (reader.Next is >= 'a' and <= 'z')
        {
            name += (char)reader.Take();
        }

        if (!reader.TryTake(":]"))
        {
            return null;
        }

        ScalarRanges ranges = RegexClasses.Of($"[:{name}:]") ?? throw refuse($"'[:{name}:]' is not supported");
        return isNegative ? ranges.Not() : ranges;
    }
}

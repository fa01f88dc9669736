namespace Batching.Tokenization;

/// <summary>Reads a regular expression in Oniguruma's syntax, which Hugging Face's library has its expressions in.</summary>
/// <remarks>What is not supported, such as references to groups, is refused by name.</remarks>
internal sealed class RegexParser
{
    private const int Deepest = 100;
    private const int MostRepetitions = 1000;

    // How often a thing may be repeated that is repeated itself, as in a++++.
    private const int MostQuantifiers = 16;

    private readonly RegexReader reader;
    private readonly RegexClassParser classes;
    private readonly Func<string, ModelLoadException> refuse;
    private int depth;

    private RegexParser(string pattern, Func<string, ModelLoadException> refuse)
    {
        this.refuse = refuse;
        reader = new RegexReader(pattern, refuse);
        classes = new RegexClassParser(reader, refuse);
    }

    /// <exception cref="ModelLoadException">The expression is damaged, or something in it is not supported.</exception>
    public static RegexNode Parse(string pattern, Func<string, ModelLoadException> refuse)
    {
        var parser = new RegexParser(pattern, refuse);
        RegexNode node = parser.ParseChoice(default);
        return parser.reader.IsAtEnd ? node : throw refuse("there is a ')' too many");
    }

    private RegexNode ParseChoice(RegexFlags flags)
    {
        if (++depth > Deepest)
        {
            throw refuse($"groups are more than {Deepest} deep in each other");
        }

        List<RegexNode> items = [ParseSequence(ref flags)];
        while (reader.TryTake('|'))
        {
            items.Add(ParseSequence(ref flags));
        }

        depth--;
        return items is [var only] ? only : new RegexNode.Choice(items);
    }

    private RegexNode ParseSequence(ref RegexFlags flags)
    {
        List<RegexNode> items = [];
        while (reader.Next is not (-1 or '|' or ')'))
        {
            if (flags.IsExtended && TrySkipBlank())
            {
                continue;
            }

            if (reader.TryTake("(?#"))
            {
                reader.TakeUntil(')');
                continue;
            }

            RegexNode? item = ParseItem(ref flags, out bool endsHere);
            if (endsHere)
            {
                // What is switched on in the middle holds for all that follows in the group, other choices among them.
                items.Add(item!);
                break;
            }

            Add(items, ParseQuantifiers(item!, flags));
        }

        return items is [var only] ? only : new RegexNode.Sequence(items);
    }

    private static void Add(List<RegexNode> items, RegexNode item)
    {
        if (item is RegexNode.AnyCase text && items is [.., RegexNode.AnyCase before])
        {
            items[^1] = new RegexNode.AnyCase([.. before.Scalars, .. text.Scalars]);
        }
        else
        {
            items.Add(item);
        }
    }

    private bool TrySkipBlank()
    {
        if (reader.TryTake('#'))
        {
            while (!reader.IsAtEnd && reader.Take() != '\n')
            {
            }

            return true;
        }

        if (reader.Next is ' ' or (>= '\t' and <= '\r'))
        {
            reader.Take();
            return true;
        }

        return false;
    }

    private RegexNode ParseItem(ref RegexFlags flags, out bool endsHere)
    {
        endsHere = false;
        switch (reader.Take())
        {
            case '(':
                return ParseGroup(flags, out endsHere);
            case '[':
                return ParseClass(flags);
            case '.':
                return new RegexNode.Set(flags.DotTakesNewlines ? ScalarRanges.All : ScalarRanges.Of('\n').Not());
            case '^':
                return new RegexNode.Place(RegexOperation.LineStart);
            case '$':
                return new RegexNode.Place(RegexOperation.LineEnd);
            case '\\':
                return ParseEscape(flags);
            case var c and ('*' or '+' or '?'):
                throw refuse($"there is nothing that the '{(char)c}' could repeat");
            case var c:
                return Character(c, flags);
        }
    }

    private static RegexNode Character(int scalar, RegexFlags flags) => flags.IgnoresCase
        ? new RegexNode.AnyCase([scalar])
        : new RegexNode.Set(ScalarRanges.Of(scalar));

    private RegexNode ParseEscape(RegexFlags flags)
    {
        if (reader.TryTakeClass() is { } ranges)
        {
            return new RegexNode.Set(ranges);
        }

        int start = reader.Position;
        switch (reader.Take())
        {
            case 'A':
                return new RegexNode.Place(RegexOperation.TextStart);
            case 'z':
                return new RegexNode.Place(RegexOperation.TextEnd);
            case 'Z':
                return new RegexNode.Place(RegexOperation.LastLineEnd);
            case 'b':
                return new RegexNode.Place(RegexOperation.WordBoundary);
            case 'B':
                return new RegexNode.Place(RegexOperation.NoWordBoundary);
            case 'X':
                return new RegexNode.Grapheme();
            case 'N':
                return new RegexNode.Set(ScalarRanges.Of('\n').Not());
            case 'O':
                return new RegexNode.Set(ScalarRanges.All);
            case 'R':
                return new RegexNode.Atomic(new RegexNode.Choice(
                [
                    new RegexNode.Sequence([new RegexNode.Set(ScalarRanges.Of('\r')), new RegexNode.Set(ScalarRanges.Of('\n'))]),
                    new RegexNode.Set(ScalarRanges.Of([('\n', '\r'), (0x85, 0x85), (0x2028, 0x2029)])),
                ]));
            case (>= '1' and <= '9') or 'k' or 'g':
                throw refuse("references to groups are not supported");
            default:
                reader.GoBackTo(start);
                return Character(reader.TakeEscaped(), flags);
        }
    }

    private RegexNode ParseClass(RegexFlags flags)
    {
        ScalarRanges ranges = classes.Parse(out bool isNegative);
        if (!flags.IgnoresCase)
        {
            return new RegexNode.Set(isNegative ? ranges.Not() : ranges);
        }

        ScalarRanges anyCase = RegexClasses.WithoutCase(ranges);
        if (isNegative)
        {
            return new RegexNode.Set(anyCase.Not());
        }

        // A character that may be several may be so here as well.
        List<RegexNode> several = [.. RegexClasses.SeveralForOne
            .Where(item => item.Singles.Any(ranges.Contains))
            .Select(item => new RegexNode.AnyCase(item.Sequence))];
        return several.Count == 0 ? new RegexNode.Set(anyCase) : new RegexNode.Choice([new RegexNode.Set(anyCase), .. several]);
    }

    private RegexNode ParseGroup(RegexFlags flags, out bool endsHere)
    {
        endsHere = false;
        if (!reader.TryTake('?'))
        {
            return CloseGroup(ParseChoice(flags));
        }

        if (reader.TryTake(':'))
        {
            return CloseGroup(ParseChoice(flags));
        }

        if (reader.TryTake('>'))
        {
            return new RegexNode.Atomic(CloseGroup(ParseChoice(flags)));
        }

        if (reader.TryTake('=') || reader.TryTake('!'))
        {
            return ParseLook(flags, isBehind: false);
        }

        if (reader.TryTake("<=") || reader.TryTake("<!"))
        {
            return ParseLook(flags, isBehind: true);
        }

        if (reader.TryTake('<') || reader.TryTake('\''))
        {
            reader.GoBackTo(reader.Position - 1);
            string name = reader.TakeUntil(reader.Take() == '<' ? '>' : '\'');
            return name.Length > 0 ? CloseGroup(ParseChoice(flags)) : throw refuse("a group has an empty name");
        }

        return ParseFlags(flags, out endsHere);
    }

    private RegexNode.Look ParseLook(RegexFlags flags, bool isBehind)
    {
        reader.GoBackTo(reader.Position - 1);
        bool isNegative = reader.Take() == '!';
        return new RegexNode.Look(CloseGroup(ParseChoice(flags)), isBehind, isNegative);
    }

    private RegexNode ParseFlags(RegexFlags flags, out bool endsHere)
    {
        bool value = true;
        while (true)
        {
            switch (reader.Take())
            {
                case '-':
                    value = false;
                    break;
                case 'i':
                    flags = flags with { IgnoresCase = value };
                    break;
                case 'm':
                    flags = flags with { DotTakesNewlines = value };
                    break;
                case 'x':
                    flags = flags with { IsExtended = value };
                    break;
                case ':':
                    endsHere = false;
                    return CloseGroup(ParseChoice(flags));
                case ')':
                    endsHere = true;
                    return ParseChoice(flags);
                case var c:
                    throw refuse($"'(?{char.ConvertFromUtf32(c)}' is not supported");
            }
        }
    }

    private RegexNode CloseGroup(RegexNode node) => reader.TryTake(')') ? node : throw refuse("a ')' is missing");

    private RegexNode ParseQuantifiers(RegexNode item, RegexFlags flags)
    {
        for (int count = 0; ; count++)
        {
            while (flags.IsExtended && TrySkipBlank())
            {
            }

            if (ParseQuantifier(item) is not { } repeat)
            {
                return item;
            }

            item = count < MostQuantifiers ? repeat : throw refuse($"more than {MostQuantifiers} repetitions follow each other");
        }
    }

    private RegexNode.Repeat? ParseQuantifier(RegexNode item)
    {
        int start = reader.Position;
        switch (reader.Next)
        {
            case '?':
                return Simple(0, 1);
            case '*':
                return Simple(0, RegexNode.Unlimited);
            case '+':
                return Simple(1, RegexNode.Unlimited);
            case '{':
                reader.Take();
                RegexNode.Repeat? interval = Interval();
                if (interval is null)
                {
                    // Braces around anything else are characters.
                    reader.GoBackTo(start);
                }

                return interval;
            default:
                return null;
        }

        RegexNode.Repeat Simple(int least, int most)
        {
            reader.Take();
            RegexGreed greed = reader.TryTake('?') ? RegexGreed.Lazy : reader.TryTake('+') ? RegexGreed.Possessive : RegexGreed.Greedy;
            return Repeat(least, most, greed);
        }

        RegexNode.Repeat? Interval()
        {
            int? least = reader.TakeNumber();
            int? most = least;
            bool isRange = reader.TryTake(',');
            if (isRange)
            {
                most = reader.TakeNumber() ?? (least is null ? null : RegexNode.Unlimited);
                least ??= most is null ? null : 0;
            }

            if (least is not { } from || most is not { } to || !reader.TryTake('}'))
            {
                return null;
            }

            if (from > to || from > MostRepetitions || (to > MostRepetitions && to != RegexNode.Unlimited))
            {
                throw refuse($"it repeats something from {from} to {to} times; from the lower to the higher number, and up to {MostRepetitions}, is supported");
            }

            // Behind a number alone a question mark is one of its own; so is a plus behind braces.
            bool isLazy = isRange && reader.TryTake('?');
            return Repeat(from, to, isLazy ? RegexGreed.Lazy : RegexGreed.Greedy);
        }

        RegexNode.Repeat Repeat(int least, int most, RegexGreed greed) =>
            item is RegexNode.Place or RegexNode.Look
                ? throw refuse("a place or what is around it cannot be repeated")
                : Reduced(new RegexNode.Repeat(item, least, most, greed));
    }

    // As many of as many as there are: one loop does it, where two would go back in each other for ever.
    private static RegexNode.Repeat Reduced(RegexNode.Repeat repeat) =>
        repeat is { Greed: RegexGreed.Greedy, Least: 0 or 1, Item: RegexNode.Repeat { Greed: RegexGreed.Greedy, Least: 0 or 1 } inner }
        && repeat.Most is 1 or RegexNode.Unlimited
        && inner.Most is 1 or RegexNode.Unlimited
            ? inner with { Least = Math.Min(repeat.Least, inner.Least), Most = Math.Max(repeat.Most, inner.Most) }
            : repeat;
}

namespace Batching.Tokenization;

/// <summary>Makes a <see cref="RegexProgram"/> of a <see cref="RegexNode"/>.</summary>
internal sealed class RegexCompiler
{
    // The longest pattern of the Hub takes a few dozen; repetitions of repetitions could take billions.
    private const int MostInstructions = 20_000;

    // How far back a look-behind may have to look.
    private const int LongestLookBehind = 255;

    private readonly List<RegexInstruction> instructions = [];
    private readonly List<(int Least, int Most)> lookBehinds = [];
    private readonly Dictionary<ScalarRanges, ScalarSet> sets = [];
    private readonly Func<string, ModelLoadException> refuse;
    private int registers;

    private RegexCompiler(Func<string, ModelLoadException> refuse) => this.refuse = refuse;

    /// <exception cref="ModelLoadException">The expression is too large, or looks back too far.</exception>
    public static RegexProgram Compile(RegexNode node, Func<string, ModelLoadException> refuse)
    {
        var compiler = new RegexCompiler(refuse);
        compiler.Add(node);
        compiler.Emit(RegexOperation.Accept);
        (ScalarRanges first, bool mayBeEmpty) = node.Start();
        return new RegexProgram(
            [.. compiler.instructions], compiler.registers, [.. compiler.lookBehinds], mayBeEmpty ? null : compiler.SetOf(first));
    }

    private void Add(RegexNode node)
    {
        switch (node)
        {
            case RegexNode.Set set:
                Emit(RegexOperation.Set, set: SetOf(set.Ranges));
                break;
            case RegexNode.AnyCase text:
                AddAnyCase(text.Scalars);
                break;
            case RegexNode.Sequence sequence:
                foreach (RegexNode item in sequence.Items)
                {
                    Add(item);
                }

                break;
            case RegexNode.Choice choice:
                AddChoice(choice.Items);
                break;
            case RegexNode.Repeat repeat:
                AddRepeat(repeat);
                break;
            case RegexNode.Atomic atomic:
                AddPart(RegexOperation.Atomic, atomic.Item);
                break;
            case RegexNode.Look look:
                AddLook(look);
                break;
            case RegexNode.Place place:
                Emit(place.Operation);
                break;
            case RegexNode.Grapheme:
                Emit(RegexOperation.Grapheme);
                break;
        }
    }

    private void AddChoice(IReadOnlyList<RegexNode> items)
    {
        List<int> jumps = [];
        for (int i = 0; i < items.Count - 1; i++)
        {
            int split = Emit(RegexOperation.Split);
            Add(items[i]);
            jumps.Add(Emit(RegexOperation.Jump));
            instructions[split] = new RegexInstruction(RegexOperation.Split, split + 1, instructions.Count);
        }

        Add(items[^1]);
        foreach (int jump in jumps)
        {
            instructions[jump] = new RegexInstruction(RegexOperation.Jump, instructions.Count);
        }
    }

    private void AddRepeat(RegexNode.Repeat repeat)
    {
        if (repeat.Item is RegexNode.Set set)
        {
            RegexOperation operation = repeat.Greed switch
            {
                RegexGreed.Greedy => RegexOperation.Greedy,
                RegexGreed.Lazy => RegexOperation.Lazy,
                _ => RegexOperation.Possessive,
            };
            Emit(operation, repeat.Least, repeat.Most, SetOf(set.Ranges));
            return;
        }

        if (repeat.Greed == RegexGreed.Possessive)
        {
            AddPart(RegexOperation.Atomic, repeat with { Greed = RegexGreed.Greedy });
            return;
        }

        for (int i = 0; i < repeat.Least; i++)
        {
            Add(repeat.Item);
        }

        if (repeat.Most == RegexNode.Unlimited)
        {
            AddLoop(repeat);
            return;
        }

        // One within the other: where one does not match, those behind it are not tried.
        List<int> splits = [];
        for (int i = repeat.Least; i < repeat.Most; i++)
        {
            splits.Add(Emit(RegexOperation.Split));
            Add(repeat.Item);
        }

        foreach (int split in splits)
        {
            SetSplit(split, split + 1, instructions.Count, repeat.Greed);
        }
    }

    private void AddLoop(RegexNode.Repeat repeat)
    {
        bool mayBeEmpty = repeat.Item.Start().MayBeEmpty;
        int split = Emit(RegexOperation.Split);
        int register = mayBeEmpty ? registers++ : 0;
        if (mayBeEmpty)
        {
            Emit(RegexOperation.Mark, register);
        }

        Add(repeat.Item);
        if (mayBeEmpty)
        {
            // What matches nothing would match nothing for ever.
            Emit(RegexOperation.LeaveIfEmpty, register, instructions.Count + 2);
        }

        Emit(RegexOperation.Jump, split);
        SetSplit(split, split + 1, instructions.Count, repeat.Greed);
    }

    private void SetSplit(int split, int inside, int outside, RegexGreed greed) => instructions[split] = greed == RegexGreed.Lazy
        ? new RegexInstruction(RegexOperation.Split, outside, inside)
        : new RegexInstruction(RegexOperation.Split, inside, outside);

    private void AddLook(RegexNode.Look look)
    {
        if (!look.IsBehind)
        {
            AddPart(look.IsNegative ? RegexOperation.NotAhead : RegexOperation.Ahead, look.Item);
            return;
        }

        (int least, int most) = look.Item.Length();
        if (most > LongestLookBehind)
        {
            throw refuse($"a look-behind of more than {LongestLookBehind} characters is not supported");
        }

        lookBehinds.Add((least, most));
        AddPart(look.IsNegative ? RegexOperation.NotBehind : RegexOperation.Behind, look.Item, lookBehinds.Count - 1);
    }

    // An instruction, and a part that runs by itself.
    private void AddPart(RegexOperation operation, RegexNode item, int second = 0)
    {
        int start = Emit(operation);
        Add(item);
        Emit(RegexOperation.Accept);
        instructions[start] = new RegexInstruction(operation, instructions.Count, second);
    }

    // From each character on, one character may be one or several, and several may be one.
    private void AddAnyCase(IReadOnlyList<int> scalars)
    {
        List<(int Jump, int Target)> jumps = [];
        var starts = new int[scalars.Count + 1];
        for (int i = 0; i < scalars.Count; i++)
        {
            starts[i] = instructions.Count;
            foreach ((int[] sequence, int[] singles) in RegexClasses.SeveralForOne)
            {
                if (IsSame(sequence, scalars, i))
                {
                    int split = Emit(RegexOperation.Split);
                    Emit(RegexOperation.Set, set: SetOf(ScalarRanges.Of(singles.Select(single => (single, single)))));
                    jumps.Add((Emit(RegexOperation.Jump), i + sequence.Length));
                    SetSplit(split, split + 1, instructions.Count, RegexGreed.Greedy);
                }

                if (singles.Contains(scalars[i]))
                {
                    int split = Emit(RegexOperation.Split);
                    foreach (int part in sequence)
                    {
                        Emit(RegexOperation.Set, set: SetOf(RegexClasses.WithoutCase(part)));
                    }

                    jumps.Add((Emit(RegexOperation.Jump), i + 1));
                    SetSplit(split, split + 1, instructions.Count, RegexGreed.Greedy);
                }
            }

            Emit(RegexOperation.Set, set: SetOf(RegexClasses.WithoutCase(scalars[i])));
        }

        starts[^1] = instructions.Count;
        foreach ((int jump, int target) in jumps)
        {
            instructions[jump] = new RegexInstruction(RegexOperation.Jump, starts[target]);
        }
    }

    private static bool IsSame(int[] sequence, IReadOnlyList<int> scalars, int start)
    {
        if (sequence.Length > scalars.Count - start)
        {
            return false;
        }

        for (int i = 0; i < sequence.Length; i++)
        {
            if (!RegexClasses.SameAs(sequence[i]).Contains(scalars[start + i]))
            {
                return false;
            }
        }

        return true;
    }

    private ScalarSet SetOf(ScalarRanges ranges)
    {
        if (!sets.TryGetValue(ranges, out ScalarSet? set))
        {
            sets.Add(ranges, set = new ScalarSet(ranges));
        }

        return set;
    }

    private int Emit(RegexOperation operation, int first = 0, int second = 0, ScalarSet? set = null)
    {
        if (instructions.Count == MostInstructions)
        {
            throw refuse($"it takes more than {MostInstructions} steps, which is not supported");
        }

        instructions.Add(new RegexInstruction(operation, first, second, set));
        return instructions.Count - 1;
    }
}

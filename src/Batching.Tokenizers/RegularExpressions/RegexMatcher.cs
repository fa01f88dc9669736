using System.Runtime.CompilerServices;
using System.Text;

namespace Batching.Tokenization;

/// <summary>Runs a <see cref="RegexProgram"/> at places of a text, going back where a way leads nowhere.</summary>
/// <remarks>Gives the match that Oniguruma gives: at each choice the first way that leads to one.</remarks>
internal readonly ref struct RegexMatcher
{
    // What a frame of the stack says; an instruction to go on at is zero or above.
    private const int FewerOf = -1;
    private const int MoreOf = -2;
    private const int Register = -3;

    private readonly RegexProgram program;
    private readonly ReadOnlySpan<char> text;
    private readonly ref RegexBudget budget;
    private readonly RegexStack stack;
    private readonly int[] registers;

    public RegexMatcher(RegexProgram program, ReadOnlySpan<char> text, ref RegexBudget budget)
    {
        this.program = program;
        this.text = text;
        this.budget = ref budget;
        stack = RegexStack.Current;
        registers = program.Registers == 0 ? [] : new int[program.Registers];
    }

    /// <exception cref="ArgumentException">It takes too many steps.</exception>
    public bool TryMatch(int start, out int end)
    {
        bool matches = Run(0, start, -1, out end);
        stack.Clear();
        return matches;
    }

    // Runs from an instruction until it accepts: anywhere, or where the match has to end.
    private bool Run(int instruction, int position, int requiredEnd, out int end)
    {
        int bottom = stack.Count;
        int steps = 0;
        RegexInstruction[] instructions = program.Instructions;
        while (true)
        {
            if (++steps == 1024)
            {
                budget.Take(steps);
                steps = 0;
            }

            ref readonly RegexInstruction next = ref instructions[instruction];
            bool goesOn = true;
            switch (next.Operation)
            {
                case RegexOperation.Accept:
                    goesOn = requiredEnd < 0 || position == requiredEnd;
                    if (goesOn)
                    {
                        stack.Count = bottom;
                        budget.Take(steps);
                        end = position;
                        return true;
                    }

                    break;
                case RegexOperation.Set:
                    goesOn = position < text.Length && next.Set!.Contains(Scalar(position, out int width));
                    if (goesOn)
                    {
                        position += WidthAt(position);
                        instruction++;
                    }

                    break;
                case RegexOperation.Greedy or RegexOperation.Possessive or RegexOperation.Lazy:
                    goesOn = TryRepeat(in next, ref instruction, ref position);
                    break;
                case RegexOperation.Split:
                    stack.Push(next.Second, position, 0, 0);
                    instruction = next.First;
                    break;
                case RegexOperation.Jump:
                    instruction = next.First;
                    break;
                case RegexOperation.Mark:
                    stack.Push(Register, next.First, registers[next.First], 0);
                    registers[next.First] = position;
                    instruction++;
                    break;
                case RegexOperation.LeaveIfEmpty:
                    instruction = registers[next.First] == position ? next.Second : instruction + 1;
                    break;
                case RegexOperation.Atomic:
                    goesOn = Run(instruction + 1, position, -1, out int partEnd);
                    position = goesOn ? partEnd : position;
                    instruction = next.First;
                    break;
                case RegexOperation.Ahead or RegexOperation.NotAhead:
                    goesOn = Run(instruction + 1, position, -1, out _) == (next.Operation == RegexOperation.Ahead);
                    instruction = next.First;
                    break;
                case RegexOperation.Behind or RegexOperation.NotBehind:
                    goesOn = MatchesBehind(instruction + 1, position, program.LookBehinds[next.Second]) == (next.Operation == RegexOperation.Behind);
                    instruction = next.First;
                    break;
                case RegexOperation.Grapheme:
                    goesOn = position < text.Length;
                    position += goesOn ? GraphemeClusters.LengthOfFirst(text[position..], joinsConjuncts: false, followsHalfFlag: GraphemeClusters.EndsWithHalfFlag(text[..position])) : 0;
                    instruction++;
                    break;
                default:
                    goesOn = IsAt(next.Operation, position);
                    instruction++;
                    break;
            }

            if (!goesOn && !TryGoBack(bottom, ref instruction, ref position))
            {
                budget.Take(steps);
                end = position;
                return false;
            }
        }
    }

    private bool TryRepeat(in RegexInstruction next, ref int instruction, ref int position)
    {
        ScalarSet set = next.Set!;
        int most = next.Operation == RegexOperation.Lazy ? next.First : next.Second;
        int count = 0;
        int least = position;
        int end = position;
        while (count < most && end < text.Length && set.Contains(Scalar(end, out int width)))
        {
            end += width;
            if (++count == next.First)
            {
                least = end;
            }
        }

        budget.Take(count);
        if (count < next.First)
        {
            return false;
        }

        if (next.Operation == RegexOperation.Lazy)
        {
            if (next.Second > next.First)
            {
                stack.Push(MoreOf, end, instruction, next.Second - next.First);
            }
        }
        else if (next.Operation == RegexOperation.Greedy && end > least)
        {
            stack.Push(FewerOf, end, instruction + 1, least);
        }

        position = end;
        instruction++;
        return true;
    }

    private bool TryGoBack(int bottom, ref int instruction, ref int position)
    {
        while (stack.Count > bottom)
        {
            Span<int> frame = stack.Last;
            switch (frame[0])
            {
                case FewerOf:
                    // One character less, and perhaps one less again.
                    position = frame[1] - WidthBefore(frame[1]);
                    instruction = frame[2];
                    if (position > frame[3])
                    {
                        frame[1] = position;
                    }
                    else
                    {
                        stack.Pop();
                    }

                    return true;
                case MoreOf:
                    position = frame[1];
                    instruction = frame[2] + 1;
                    if (position == text.Length || !program.Instructions[frame[2]].Set!.Contains(Scalar(position, out int width)))
                    {
                        stack.Pop();
                        continue;
                    }

                    position += width;
                    frame[1] = position;
                    if (--frame[3] == 0)
                    {
                        stack.Pop();
                    }

                    return true;
                case Register:
                    registers[frame[1]] = frame[2];
                    stack.Pop();
                    continue;
                default:
                    instruction = frame[0];
                    position = frame[1];
                    stack.Pop();
                    return true;
            }
        }

        return false;
    }

    private bool MatchesBehind(int instruction, int position, (int Least, int Most) length)
    {
        int start = position;
        for (int count = 0; count <= length.Most; count++)
        {
            if (count >= length.Least && Run(instruction, start, position, out _))
            {
                return true;
            }

            if (start == 0)
            {
                return false;
            }

            start -= WidthBefore(start);
        }

        return false;
    }

    private bool IsAt(RegexOperation place, int position) => place switch
    {
        RegexOperation.TextStart => position == 0,
        RegexOperation.TextEnd => position == text.Length,
        RegexOperation.LastLineEnd => position == text.Length || (position == text.Length - 1 && text[position] == '\n'),
        RegexOperation.LineStart => position == 0 || (text[position - 1] == '\n' && position < text.Length),
        RegexOperation.LineEnd => position == text.Length || text[position] == '\n',
        RegexOperation.WordBoundary => IsBoundary(position),
        _ => !IsBoundary(position),
    };

    private bool IsBoundary(int position)
    {
        bool before = position > 0 && IsWord(position - WidthBefore(position));
        bool after = position < text.Length && IsWord(position);
        return before != after;
    }

    private bool IsWord(int position) => Words.Contains(Scalar(position, out _));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Scalar(int position, out int width)
    {
        char c = text[position];
        if (!char.IsSurrogate(c))
        {
            width = 1;
            return c;
        }

        Rune.DecodeFromUtf16(text[position..], out Rune rune, out width);
        return rune.Value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int WidthAt(int position) =>
        char.IsHighSurrogate(text[position]) && position + 1 < text.Length && char.IsLowSurrogate(text[position + 1]) ? 2 : 1;

    private int WidthBefore(int position) =>
        position > 1 && char.IsLowSurrogate(text[position - 1]) && char.IsHighSurrogate(text[position - 2]) ? 2 : 1;

    private static ScalarSet Words => WordSet.Value;

    private static readonly Lazy<ScalarSet> WordSet = new(() => new ScalarSet(RegexClasses.Word));
}

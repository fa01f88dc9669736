namespace Batching.Tokenization;

/// <summary>A regular expression, taken apart.</summary>
internal abstract record RegexNode
{
    /// <summary>A character of a class.</summary>
    public sealed record Set(ScalarRanges Ranges) : RegexNode;

    /// <summary>Characters one after the other, without regard to case.</summary>
    public sealed record AnyCase(IReadOnlyList<int> Scalars) : RegexNode;

    /// <summary>One after the other; nothing where there is none.</summary>
    public sealed record Sequence(IReadOnlyList<RegexNode> Items) : RegexNode;

    /// <summary>The first that leads to a match.</summary>
    public sealed record Choice(IReadOnlyList<RegexNode> Items) : RegexNode;

    /// <summary>Again and again.</summary>
    /// <param name="Item">What.</param>
    /// <param name="Least">How often at least.</param>
    /// <param name="Most">How often at most; <see cref="Unlimited"/> for any number.</param>
    /// <param name="Greed">Which number is tried first.</param>
    public sealed record Repeat(RegexNode Item, int Least, int Most, RegexGreed Greed) : RegexNode;

    /// <summary>Once it has matched, no other way is tried.</summary>
    public sealed record Atomic(RegexNode Item) : RegexNode;

    /// <summary>What is around matches, or does not.</summary>
    public sealed record Look(RegexNode Item, bool IsBehind, bool IsNegative) : RegexNode;

    /// <summary>A place in the text.</summary>
    public sealed record Place(RegexOperation Operation) : RegexNode;

    /// <summary>A user-perceived character: <c>\X</c>.</summary>
    public sealed record Grapheme : RegexNode;

    public const int Unlimited = int.MaxValue;

    public static Sequence Nothing { get; } = new([]);

    /// <summary>The fewest and the most characters of a match; <see cref="Unlimited"/> where there is no limit.</summary>
    public (int Least, int Most) Length() => this switch
    {
        Set => (1, 1),

        // A character may be several, and several one.
        AnyCase text => (Math.Max(1, text.Scalars.Count / 3), text.Scalars.Count * 3),
        Sequence sequence => sequence.Items.Select(item => item.Length()).Aggregate((0, 0), (sum, item) => (Add(sum.Item1, item.Least), Add(sum.Item2, item.Most))),
        Choice choice => (choice.Items.Min(item => item.Length().Least), choice.Items.Max(item => item.Length().Most)),
        Repeat repeat => (Times(repeat.Item.Length().Least, repeat.Least), Times(repeat.Item.Length().Most, repeat.Most)),
        Atomic atomic => atomic.Item.Length(),
        Grapheme => (1, Unlimited),
        _ => (0, 0),
    };

    /// <summary>The characters that a match may start with, and whether it may be empty.</summary>
    public (ScalarRanges First, bool MayBeEmpty) Start()
    {
        switch (this)
        {
            case Set set:
                return (set.Ranges, false);
            case AnyCase text:
                ScalarRanges first = RegexClasses.WithoutCase(text.Scalars[0]);
                foreach ((int[] sequence, int[] singles) in RegexClasses.SeveralForOne)
                {
                    first = singles.Contains(text.Scalars[0]) ? first.Or(RegexClasses.WithoutCase(sequence[0])) : first;
                    first = RegexClasses.SameAs(sequence[0]).Contains(text.Scalars[0]) ? first.Or(ScalarRanges.Of(singles.Select(single => (single, single)))) : first;
                }

                return (first, false);
            case Sequence sequence:
                ScalarRanges all = ScalarRanges.None;
                foreach (RegexNode item in sequence.Items)
                {
                    (ScalarRanges next, bool mayBeEmpty) = item.Start();
                    all = all.Or(next);
                    if (!mayBeEmpty)
                    {
                        return (all, false);
                    }
                }

                return (all, true);
            case Choice choice:
                return choice.Items.Select(item => item.Start())
                    .Aggregate((one, other) => (one.First.Or(other.First), one.MayBeEmpty || other.MayBeEmpty));
            case Repeat repeat:
                (ScalarRanges start, bool isEmpty) = repeat.Item.Start();
                return (start, isEmpty || repeat.Least == 0);
            case Atomic atomic:
                return atomic.Item.Start();
            case Grapheme:
                return (ScalarRanges.All, false);
            default:
                return (ScalarRanges.None, true);
        }
    }

    private static int Add(int one, int other) => (int)Math.Min(Unlimited, (long)one + other);

    private static int Times(int length, int times) => (int)Math.Min(Unlimited, (long)length * times);
}

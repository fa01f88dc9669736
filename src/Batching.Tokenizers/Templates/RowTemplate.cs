namespace Batching.Tokenization;

/// <summary>Where the special tokens go around a text, and around a text and its pair.</summary>
internal sealed record RowTemplate(IReadOnlyList<TemplatePiece> Single, IReadOnlyList<TemplatePiece> Pair)
{
    private readonly TemplatePiece[] single = [.. Single];
    private readonly TemplatePiece[] pair = [.. Pair];

    /// <summary>How offsets leave out the spaces around a token; null where they do not.</summary>
    public OffsetTrimming? Trimming { get; init; }

    /// <summary>
    /// How many of the pieces of a pair are of its first text: what comes behind it in a sequence of post-processors goes
    /// around these and the others. Null where the texts are no longer told apart.
    /// </summary>
    public int? PiecesOfFirst { get; init; }

    /// <summary>Whether texts keep the types that another post-processor before this has given them.</summary>
    public bool KeepsTypes { get; init; }

    /// <summary>Whether it adds no tokens.</summary>
    public bool IsBare => CountSpecialTokens(isPair: false) == 0 && CountSpecialTokens(isPair: true) == 0;

    /// <summary>How many special tokens it puts around a text, or a pair of texts.</summary>
    public int CountSpecialTokens(bool isPair) => (isPair ? pair : single).Count(piece => piece.Sequence is null);

    /// <summary>This template around the texts as another has made them.</summary>
    /// <param name="inner">The other; it has to tell the texts apart, or this has to be bare.</param>
    public RowTemplate Around(RowTemplate inner)
    {
        OffsetTrimming? trimming = Trimming ?? inner.Trimming;
        if (inner.PiecesOfFirst is not { } ofFirst)
        {
            return inner with { Trimming = trimming };
        }

        TemplatePiece[][] texts = [inner.pair[..ofFirst], inner.pair[ofFirst..]];
        return new RowTemplate(Expand(single, [inner.single]), Expand(pair, texts))
        {
            Trimming = trimming,
            KeepsTypes = KeepsTypes,
            PiecesOfFirst = PiecesOfFirst is { } mine ? Expand(pair[..mine], texts).Length : null,
        };
    }

    private TemplatePiece[] Expand(TemplatePiece[] pieces, TemplatePiece[][] texts) =>
    [
        .. pieces.SelectMany(piece => piece.Sequence is { } sequence
            ? texts[sequence].Select(inner => KeepsTypes ? inner : inner with { TypeId = piece.TypeId })
            : [piece]),
    ];

    /// <summary>Adds a row of the tokens of a text, and of its pair.</summary>
    public void Append(
        TokenRows rows, bool isPair, bool addSpecialTokens, ReadOnlySpan<int> first, ReadOnlySpan<int> second, bool isTruncated)
    {
        foreach (TemplatePiece piece in isPair ? pair : single)
        {
            switch (piece.Sequence)
            {
                case 0:
                    rows.Append(first, piece.TypeId);
                    break;
                case 1:
                    rows.Append(second, piece.TypeId);
                    break;
                default:
                    if (addSpecialTokens)
                    {
                        rows.Append([piece.TokenId], piece.TypeId);
                    }

                    break;
            }
        }

        rows.EndRow(isTruncated);
    }

    /// <summary>Adds a row of as many of the tokens as there is room for.</summary>
    /// <param name="rows">Where the row goes.</param>
    /// <param name="isPair">Whether there are two texts.</param>
    /// <param name="first">The text's tokens.</param>
    /// <param name="second">Its pair's.</param>
    /// <param name="room">The most tokens of both.</param>
    /// <param name="side">The end at which they are cut.</param>
    /// <param name="options">Which of them is cut, and whether special tokens are put around them.</param>
    /// <exception cref="ArgumentException">The strategy cannot make the row short enough.</exception>
    public void AppendCut(
        TokenRows rows, bool isPair, ReadOnlySpan<int> first, ReadOnlySpan<int> second, int room, TruncationSide side, EncodingOptions options)
    {
        (int firstKept, int secondKept) = Truncation.Keep(first.Length, isPair ? second.Length : null, room, options.Truncation);
        Append(
            rows,
            isPair,
            options.AddSpecialTokens,
            Truncation.Part(first, firstKept, side),
            Truncation.Part(second, secondKept, side),
            firstKept < first.Length || secondKept < second.Length);
    }

    /// <summary>The texts alone; the pair is of type 1.</summary>
    public static RowTemplate Bare { get; } = new([new(0, 0, 0)], [new(0, 0, 0), new(1, 0, 1)]) { KeepsTypes = true, PiecesOfFirst = 1 };

    /// <summary><c>[CLS] A [SEP] B [SEP]</c>; the pair and what follows it are of type 1.</summary>
    public static RowTemplate Bert(int classifier, int separator) => new(
        [new(null, classifier, 0), new(0, 0, 0), new(null, separator, 0)],
        [new(null, classifier, 0), new(0, 0, 0), new(null, separator, 0), new(1, 0, 1), new(null, separator, 1)]) { KeepsTypes = true, PiecesOfFirst = 3 };

    /// <summary><c>&lt;s> A &lt;/s>&lt;/s> B &lt;/s></c>, all of type 0.</summary>
    public static RowTemplate Roberta(int classifier, int separator) => new(
        [new(null, classifier, 0), new(0, 0, 0), new(null, separator, 0)],
        [new(null, classifier, 0), new(0, 0, 0), new(null, separator, 0), new(null, separator, 0), new(1, 0, 0), new(null, separator, 0)]) { PiecesOfFirst = 3 };

    /// <summary><c>A &lt;sep> &lt;cls></c> and <c>A &lt;sep> B &lt;sep> &lt;cls></c>; the last token is of type 2.</summary>
    public static RowTemplate XLNet(int classifier, int separator) => new(
        [new(0, 0, 0), new(null, separator, 0), new(null, classifier, 2)],
        [new(0, 0, 0), new(null, separator, 0), new(1, 0, 1), new(null, separator, 1), new(null, classifier, 2)]) { KeepsTypes = true, PiecesOfFirst = 2 };

    /// <summary>Each text between two tokens, of which either may be missing; the pair and what is around it are of type 1.</summary>
    public static RowTemplate BeginAndEnd(int? begin, int? end)
    {
        TemplatePiece[] first = Around(0);
        return new([.. first], [.. first, .. Around(1)]) { KeepsTypes = true, PiecesOfFirst = first.Length };

        TemplatePiece[] Around(int text) =>
            [.. Token(begin, text), new(text, 0, text), .. Token(end, text)];

        static TemplatePiece[] Token(int? id, int type) => id is { } token ? [new(null, token, type)] : [];
    }

    /// <summary><c>&lt;s> A &lt;/s>&lt;/s> B &lt;/s></c> with the pair and what follows it of type 1.</summary>
    public static RowTemplate MPNet(int classifier, int separator) => new(
        [new(null, classifier, 0), new(0, 0, 0), new(null, separator, 0)],
        [new(null, classifier, 0), new(0, 0, 0), new(null, separator, 0), new(null, separator, 0), new(1, 0, 1), new(null, separator, 1)]) { PiecesOfFirst = 3 };
}

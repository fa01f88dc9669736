namespace Batching.Tokenization;

/// <summary>
/// Hugging Face's <c>BertNormalizer</c>, one scalar at a time: clean, then space Chinese, then decompose and drop
/// marks, then lower-case.
/// </summary>
/// <remarks>
/// The one step that looks beyond a scalar, sorting what remains of a run of marks by combining class, is left to
/// <see cref="ScalarBuffer"/>; <see cref="EndOfRun"/> tells it where a dropped scalar ended a run.
/// </remarks>
internal sealed class ScalarNormalizer(NormalizerOptions options)
{
    /// <summary>Stands in the output for a dropped scalar of combining class zero, across which nothing is reordered.</summary>
    public const int EndOfRun = -1;

    /// <summary>The most that <see cref="Normalize"/> writes: a space on both sides, and every mapping mapped again.</summary>
    public const int LongestOutput = 2 + (ScalarTable.LongestMapping * ScalarTable.LongestMapping);

    private readonly bool cleanText = options.CleanText;
    private readonly bool handleChineseChars = options.HandleChineseChars;
    private readonly bool stripsAccents = options.StripsAccents;
    private readonly bool lowercase = options.Lowercase;

    public NormalizerOptions Options { get; } = options;

    public bool StripsAccents => stripsAccents;

    /// <summary>Writes what becomes of <paramref name="scalar"/>: nothing, or scalars and <see cref="EndOfRun"/>.</summary>
    /// <returns>How many were written.</returns>
    public int Normalize(int scalar, Span<int> destination)
    {
        ScalarProperties properties = ScalarTable.PropertiesOf(scalar);
        if (cleanText)
        {
            if ((properties & ScalarProperties.Removed) != 0)
            {
                return 0;
            }

            if ((properties & ScalarProperties.Space) != 0)
            {
                destination[0] = ' ';
                return 1;
            }
        }

        int count = 0;
        bool isChinese = handleChineseChars && (properties & ScalarProperties.Chinese) != 0;
        if (isChinese)
        {
            destination[count++] = ' ';
        }

        if (stripsAccents)
        {
            Span<int> decomposed = stackalloc int[ScalarTable.LongestMapping];
            foreach (int part in decomposed[..ScalarTable.Decompose(scalar, decomposed)])
            {
                ScalarProperties partProperties = ScalarTable.PropertiesOf(part);
                if ((partProperties & ScalarProperties.Mark) == 0)
                {
                    count += Lower(part, destination[count..]);
                }
                else if ((partProperties & ScalarProperties.Starter) != 0)
                {
                    destination[count++] = EndOfRun;
                }
            }
        }
        else
        {
            count += Lower(scalar, destination[count..]);
        }

        if (isChinese)
        {
            destination[count++] = ' ';
        }

        return count;
    }

    private int Lower(int scalar, Span<int> destination)
    {
        if (lowercase)
        {
            return ScalarTable.ToLowerCase(scalar, destination);
        }

        destination[0] = scalar;
        return 1;
    }
}

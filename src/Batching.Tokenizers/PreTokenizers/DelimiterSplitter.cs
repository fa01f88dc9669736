namespace Batching.Tokenization;

/// <summary>Splits the piece at hand as its stretches are named one after the other, delimiters or not.</summary>
/// <param name="pieces">The text.</param>
/// <param name="behavior">What becomes of the delimiters.</param>
internal ref struct DelimiterSplitter(TextPieces pieces, DelimiterBehavior behavior)
{
    private bool followsDelimiter;

    /// <summary>Takes the next characters of the piece.</summary>
    public void Take(int length, bool isDelimiter)
    {
        bool goesOn = behavior switch
        {
            DelimiterBehavior.MergedWithPrevious => isDelimiter && !followsDelimiter,
            DelimiterBehavior.MergedWithNext => !isDelimiter && followsDelimiter,
            DelimiterBehavior.Contiguous => isDelimiter == followsDelimiter,
            _ => false,
        };
        if (!goesOn)
        {
            pieces.EndPiece();
        }

        if (isDelimiter && behavior == DelimiterBehavior.Removed)
        {
            pieces.Drop(length);
        }
        else
        {
            pieces.Copy(length);
        }

        followsDelimiter = isDelimiter;
    }

    public readonly void End() => pieces.EndPiece();
}

namespace Batching.Tokenization;

/// <summary>Which of a text's ids are wanted, so that no more work is done, and no more memory held, than they need.</summary>
internal readonly struct WantedIds
{
    // Below this, making room would cost more than the memory it saves.
    private const int LeastHeld = 1024;

    private readonly int enough;
    private readonly int kept;

    private WantedIds(int enough, int kept)
    {
        this.enough = enough;
        this.kept = kept;
    }

    /// <summary>All of them.</summary>
    public static WantedIds All { get; } = new(int.MaxValue, kept: 0);

    /// <summary>The first ones: encoding stops after the word with which there are so many.</summary>
    /// <param name="count">How many. There may be more, of the last word.</param>
    public static WantedIds First(int count) => new(count, kept: 0);

    /// <summary>The last ones: those before them are dropped on the way.</summary>
    /// <param name="count">How many, at least 1. There may be more.</param>
    public static WantedIds Last(int count) => new((int)Math.Clamp(count * 2L, LeastHeld, int.MaxValue), count);

    /// <summary>Whether the next word's ids are wanted too. Asked between words: what is dropped is of words that are done.</summary>
    public bool WantsMore(IdBuffer ids) => ids.Count < enough || MakeRoom(ids);

    private bool MakeRoom(IdBuffer ids)
    {
        if (kept == 0)
        {
            return false;
        }

        ids.KeepLast(kept);
        return true;
    }
}

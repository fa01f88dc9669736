namespace Batching.Tokenization;

/// <summary>The best way found to split a word up to a place in it.</summary>
internal struct PathNode
{
    /// <summary>The sum of the scores of the pieces.</summary>
    public double Score;

    /// <summary>The id of the last piece.</summary>
    public int Id;

    /// <summary>Where the last piece starts; -1 where no way is found yet.</summary>
    public int Start;
}

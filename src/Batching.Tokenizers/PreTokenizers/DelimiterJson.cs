namespace Batching.Tokenization;

/// <summary>Reads a <see cref="DelimiterBehavior"/>.</summary>
internal static class DelimiterJson
{
    public static DelimiterBehavior? ReadBehavior(JsonSection json) => json.String("behavior") switch
    {
        null => null,
        "Removed" => DelimiterBehavior.Removed,
        "Isolated" => DelimiterBehavior.Isolated,
        "MergedWithPrevious" => DelimiterBehavior.MergedWithPrevious,
        "MergedWithNext" => DelimiterBehavior.MergedWithNext,
        "Contiguous" => DelimiterBehavior.Contiguous,
        var other => throw json.Refuse(
            $"the behavior is '{other}', expected 'Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext' or 'Contiguous'. Correct the file."),
    };
}

namespace Batching.Rows.Outputs;

/// <summary>A row of an output without lists: its number, and its values by type, each in the order of <see cref="ResultColumns.Flat"/>.</summary>
/// <param name="Number">The number of the row.</param>
/// <param name="Texts">What is carried over, and the labels.</param>
/// <param name="Numbers">The scores and the logits.</param>
internal sealed record FlatRow(long Number, string?[] Texts, float[] Numbers)
{
    public static FlatRow Of(TextRow row, Classification result, ResultColumns columns)
    {
        int[] ranked = columns.Ranked(result);
        return new FlatRow(
            row.Number,
            [.. columns.KeptOf(row).Select(value => value.Text), .. ranked.Select(columns.LabelOf)],
            [.. ranked.Select(label => result.Scores.Span[label]), .. columns.HasLogits ? result.Logits.ToArray() : []]);
    }
}

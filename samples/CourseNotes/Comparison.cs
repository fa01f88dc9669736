namespace CourseNotes;

/// <summary>A row of logits beside the one that the notes print.</summary>
/// <param name="Cell">The cell's title.</param>
/// <param name="Logits">What this model gave.</param>
/// <param name="NotesLogits">What the notes print.</param>
public sealed record Comparison(string Cell, float[] Logits, float[] NotesLogits)
{
    // The notes print four decimals, and another machine's arithmetic may round the last of them otherwise.
    private const float Tolerance = 5e-4f;

    /// <summary>The largest difference of two logits; infinite where the model has more labels or fewer.</summary>
    public float Difference => Logits.Length == NotesLogits.Length
        ? Logits.Zip(NotesLogits, (logit, notes) => MathF.Abs(logit - notes)).Max()
        : float.PositiveInfinity;

    /// <summary>Whether the two are the same, as far as the notes' decimals tell.</summary>
    public bool IsSame => Difference <= Tolerance;

    /// <summary>Every row that the notes print, in their order.</summary>
    public static IEnumerable<Comparison> Of(IEnumerable<Cell> cells) =>
        from cell in cells
        from line in cell.Lines
        from rows in (line.Logits ?? []).Zip(line.NotesLogits ?? [])
        select new Comparison(cell.Title, rows.First, rows.Second);
}

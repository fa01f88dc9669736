namespace CourseNotes;

/// <summary>A line of C# that was run, and what came of it.</summary>
/// <param name="Code">The line, as it stands in the source.</param>
/// <param name="Output">Its result as text; null for a line that only sets a variable.</param>
/// <param name="Logits">Its result, where that is rows of logits.</param>
/// <param name="NotesLogits">The rows that the notes print for this line, with their own model; null where they print none.</param>
public sealed record CodeLine(string Code, string? Output, float[][]? Logits = null, float[][]? NotesLogits = null);

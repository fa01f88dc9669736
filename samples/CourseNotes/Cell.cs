namespace CourseNotes;

/// <summary>A cell of the notes that was run.</summary>
/// <param name="Title">What the cell shows.</param>
/// <param name="Remark">Why that is so, in a sentence or two.</param>
/// <param name="Lines">Its lines of C#, in the order they ran.</param>
public sealed record Cell(string Title, string Remark, IReadOnlyList<CodeLine> Lines);

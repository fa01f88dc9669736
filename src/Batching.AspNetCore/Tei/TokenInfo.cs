namespace Batching.AspNetCore.Tei;

/// <summary>A token of a text.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Text">Its name in the vocabulary.</param>
/// <param name="Special">Whether it stands for no text, as <c>[CLS]</c> does.</param>
/// <param name="Start">The first character of the text that it stands for; null for one that was put around the text.</param>
/// <param name="Stop">The one after the last.</param>
internal sealed record TokenInfo(int Id, string Text, bool Special, int? Start, int? Stop);

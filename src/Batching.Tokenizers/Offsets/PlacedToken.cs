namespace Batching.Tokenization;

/// <summary>A token, and which part of the original text it stands for.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Text">How the vocabulary spells it; an added token as the text does, with the white space that it takes along.</param>
/// <param name="Start">Where that part starts, in UTF-16 units.</param>
/// <param name="End">Where it ends.</param>
internal readonly record struct PlacedToken(int Id, string Text, int Start, int End);

namespace Batching.Tokenization;

/// <summary><c>trim_offsets</c>: offsets leave out the spaces at the ends of a token.</summary>
/// <param name="KeepsFirstSpace">
/// <c>add_prefix_space</c>: the space at the start of a text's first token is taken for one that was put there, and stays.
/// </param>
internal sealed record OffsetTrimming(bool KeepsFirstSpace);

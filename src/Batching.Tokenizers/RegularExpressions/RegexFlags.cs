namespace Batching.Tokenization;

/// <summary>What is switched on at a place in a regular expression.</summary>
/// <param name="IgnoresCase"><c>(?i)</c>.</param>
/// <param name="DotTakesNewlines"><c>(?m)</c>: the dot takes U+000A as well, which other dialects call <c>s</c>.</param>
/// <param name="IsExtended"><c>(?x)</c>: white space and comments in the expression do not count.</param>
internal readonly record struct RegexFlags(bool IgnoresCase, bool DotTakesNewlines, bool IsExtended);

namespace Batching.Tokenization;

/// <summary>Which stretches of text the sign for a space is put before: <c>prepend_scheme</c>.</summary>
internal enum PrependScheme
{
    Always,
    First,
    Never,
}

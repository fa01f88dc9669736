namespace Batching.Tokenization;

/// <summary>Reads what the <c>Metaspace</c> pre-tokenizer and decoder have in common.</summary>
internal static class MetaspaceJson
{
    public static string ReadReplacement(JsonSection metaspace)
    {
        string replacement = metaspace.String("replacement") ?? "\u2581";
        return replacement.Length == 1 && !char.IsSurrogate(replacement[0])
            ? replacement
            : throw metaspace.Refuse($"the 'replacement' is '{replacement}', expected one character below U+10000. Correct the file.");
    }

    /// <summary><c>prepend_scheme</c> or, in older files, <c>add_prefix_space</c>.</summary>
    public static PrependScheme ReadPrependScheme(JsonSection metaspace)
    {
        bool? addsPrefixSpace = metaspace.Boolean("add_prefix_space");
        PrependScheme? scheme = metaspace.String("prepend_scheme") switch
        {
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            null => null,
            var other => throw metaspace.Refuse($"the 'prepend_scheme' is '{other}', expected 'always', 'first' or 'never'. Correct the file."),
        };
        if (addsPrefixSpace == false && scheme is not (null or PrependScheme.Never))
        {
            throw metaspace.Refuse("'add_prefix_space' is false, and 'prepend_scheme' is not 'never'. Correct the file.");
        }

        return scheme ?? (addsPrefixSpace == false ? PrependScheme.Never : PrependScheme.Always);
    }
}

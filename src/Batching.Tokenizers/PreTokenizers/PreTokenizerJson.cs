namespace Batching.Tokenization;

/// <summary>Reads the <c>pre_tokenizer</c> of <c>tokenizer.json</c>.</summary>
internal static class PreTokenizerJson
{
    /// <exception cref="ModelLoadException">It is damaged, or of a type that is not supported with the model.</exception>
    public static PreTokenizerDefinition? Read(JsonSection json, TokenModelDefinition model)
    {
        string supported = model is TokenModelDefinition.WordPiece ? "BertPreTokenizer" : "ByteLevel";
        if (json.Section("pre_tokenizer") is not { } preTokenizer)
        {
            if (model is TokenModelDefinition.Unigram)
            {
                return null;
            }

            throw json.Refuse($"there is no 'pre_tokenizer'; the {supported} is supported. {TokenizerReader.SupportedModels}");
        }

        return model switch
        {
            TokenModelDefinition.WordPiece when TypeOf(preTokenizer) == "BertPreTokenizer" => new PreTokenizerDefinition.Bert(),
            TokenModelDefinition.BytePairs when TypeOf(preTokenizer) == "ByteLevel" => new PreTokenizerDefinition.ByteLevel(
                preTokenizer.Boolean("add_prefix_space") ?? true,
                preTokenizer.Boolean("use_regex") ?? true),
            TokenModelDefinition.Unigram => ReadSpaces(preTokenizer),
            _ => throw Refuse(preTokenizer, supported),
        };
    }

    private static PreTokenizerDefinition ReadSpaces(JsonSection preTokenizer)
    {
        List<PreTokenizerDefinition> steps = [];
        ReadInto(preTokenizer, steps);
        return steps switch
        {
            [var only] => only,
            [PreTokenizerDefinition.WhitespaceSplit, PreTokenizerDefinition.Metaspace { PrependScheme: not PrependScheme.First }] =>
                new PreTokenizerDefinition.Sequence(steps),
            [PreTokenizerDefinition.WhitespaceSplit, PreTokenizerDefinition.Metaspace] => throw preTokenizer.Refuse(
                $"after a WhitespaceSplit the 'prepend_scheme' 'first' is not supported; 'always' and 'never' are. {TokenizerReader.SupportedModels}"),
            _ => throw preTokenizer.Refuse(
                $"the Sequence has {steps.Count} steps; a Metaspace, a WhitespaceSplit, or a WhitespaceSplit and then a Metaspace are supported. {TokenizerReader.SupportedModels}"),
        };
    }

    private static void ReadInto(JsonSection preTokenizer, List<PreTokenizerDefinition> steps)
    {
        switch (TypeOf(preTokenizer))
        {
            case "Sequence":
                foreach (JsonSection step in preTokenizer.Sections("pretokenizers"))
                {
                    ReadInto(step, steps);
                }

                break;
            case "WhitespaceSplit":
                steps.Add(new PreTokenizerDefinition.WhitespaceSplit());
                break;
            case "Metaspace":
                steps.Add(new PreTokenizerDefinition.Metaspace(
                    MetaspaceJson.ReadReplacement(preTokenizer),
                    MetaspaceJson.ReadPrependScheme(preTokenizer),
                    preTokenizer.Boolean("split") ?? true));
                break;
            default:
                throw Refuse(preTokenizer, "Metaspace, WhitespaceSplit and Sequence");
        }
    }

    private static string? TypeOf(JsonSection preTokenizer) => preTokenizer.String("type");

    private static ModelLoadException Refuse(JsonSection preTokenizer, string supported) => preTokenizer.Refuse(
        $"the pre-tokenizer is of type '{TypeOf(preTokenizer) ?? "none"}', which is not supported; {supported} {(supported.Contains(' ', StringComparison.Ordinal) ? "are" : "is")}. {TokenizerReader.SupportedModels}");
}

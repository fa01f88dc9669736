namespace Batching.Tokenization;

/// <summary>Reads the <c>post_processor</c> of <c>tokenizer.json</c>.</summary>
internal static class PostProcessorJson
{
    /// <exception cref="ModelLoadException">It is missing, damaged, of a type not supported, or names a token that is not there.</exception>
    public static RowTemplate Read(JsonSection json, TokenSet tokens, SpecialTokenNames names)
    {
        if (json.Section("post_processor") is not { } processor)
        {
            throw json.Refuse("there is no 'post_processor', which puts the special tokens around a text. Save the tokenizer again from Hugging Face transformers.");
        }

        return processor.String("type") switch
        {
            "BertProcessing" => RowTemplate.Bert(Token("cls", "classifier", names.Classifier), Token("sep", "separator", names.Separator)),
            "RobertaProcessing" => RowTemplate.Roberta(Token("cls", "classifier", names.Classifier), Token("sep", "separator", names.Separator)) with
            {
                Trimming = processor.Boolean("trim_offsets") ?? true ? new OffsetTrimming(processor.Boolean("add_prefix_space") ?? true) : null,
            },
            "TemplateProcessing" => new RowTemplate(ReadTemplate(processor, "single", 1, tokens), ReadTemplate(processor, "pair", 2, tokens)),
            var other => throw processor.Refuse(
                $"the post-processor is of type '{other ?? "none"}', which is not supported; TemplateProcessing, BertProcessing and RobertaProcessing are. {TokenizerReader.SupportedModels}"),
        };

        int Token(string name, string role, string otherwise) =>
            tokens.IdOf(processor.TokenOfPair(name) ?? otherwise, role, TokenizerFiles.Tokenizer);
    }

    private static List<TemplatePiece> ReadTemplate(JsonSection processor, string name, int sequences, TokenSet tokens)
    {
        List<TemplatePiece> template = [];
        foreach (JsonSection piece in processor.Sections(name))
        {
            if (piece.Section("SpecialToken") is { } special)
            {
                string token = special.String("id") ?? throw special.Refuse("the special token has no 'id'. Download the file again.");
                int id = tokens.IdOf(token, "special", TokenizerFiles.Tokenizer);
                CheckIds(processor, token, id);
                template.Add(new TemplatePiece(null, id, special.Int32("type_id") ?? 0));
            }
            else if (piece.Section("Sequence") is { } sequence)
            {
                template.Add(new TemplatePiece(
                    sequence.String("id") switch
                    {
                        "A" => 0,
                        "B" => 1,
                        var other => throw sequence.Refuse($"the sequence is '{other}', expected 'A' or 'B'. Download the file again."),
                    },
                    TokenId: 0,
                    sequence.Int32("type_id") ?? 0));
            }
            else
            {
                throw piece.Refuse("expected a 'SpecialToken' or a 'Sequence'. Download the file again.");
            }
        }

        return template.Where(piece => piece.Sequence is not null).Select(piece => piece.Sequence!.Value).SequenceEqual(Enumerable.Range(0, sequences))
            ? template
            : throw processor.Refuse($"the template '{name}' does not hold each text once and in order. Download the file again.");
    }

    // Hugging Face uses the ids of this map, which are those of the vocabulary in every sound file.
    private static void CheckIds(JsonSection processor, string token, int id)
    {
        if (processor.Section("special_tokens")?.Section(token) is not { } special || !special.Has("ids"))
        {
            return;
        }

        int[] ids = [.. special.Items("ids").Select((value, index) => special.Int32Of($"ids[{index}]", value))];
        if (ids is not [var only] || only != id)
        {
            throw special.Refuse(
                $"the ids of {token} are [{string.Join(", ", ids)}], but its id in the vocabulary is {id}. Download the file again.");
        }
    }
}

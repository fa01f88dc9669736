namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>TemplateProcessing</c>.</summary>
internal static class TemplateProcessing
{
    public static Func<TokenSet, SpecialTokenNames, RowTemplate> Read(JsonSection json) =>
        (tokens, _) => new RowTemplate(ReadTemplate(json, "single", 1, tokens), ReadTemplate(json, "pair", 2, tokens));

    private static List<TemplatePiece> ReadTemplate(JsonSection processor, string name, int sequences, TokenSet tokens)
    {
        List<TemplatePiece> template = [];
        foreach (JsonSection piece in processor.Sections(name))
        {
            if (piece.Section("SpecialToken") is { } special)
            {
                string token = special.String("id") ?? throw special.Refuse("the special token has no 'id'. Download the file again.");
                int type = special.Int32("type_id") ?? 0;
                template.AddRange(IdsOf(processor, token, tokens).Select(id => new TemplatePiece(null, id, type)));
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

    // Hugging Face uses the ids of this map: usually the one of the token in the vocabulary, but perhaps several.
    private static int[] IdsOf(JsonSection processor, string token, TokenSet tokens)
    {
        if (processor.Section("special_tokens")?.Section(token) is not { } special || !special.Has("ids"))
        {
            return [tokens.IdOf(token, "special", TokenizerFiles.Tokenizer)];
        }

        int[] ids = [.. special.Items("ids").Select((value, index) => special.Int32Of($"ids[{index}]", value))];
        return ids switch
        {
            [] => throw special.Refuse($"{token} has no ids. Download the file again."),
            _ => ids.All(tokens.Has)
                ? ids
                : throw special.Refuse($"the ids of {token} are [{string.Join(", ", ids)}], of which not all are in the vocabulary. Download the file again."),
        };
    }
}

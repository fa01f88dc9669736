namespace Batching.Tokenization;

/// <summary>Reads the <c>decoder</c> of <c>tokenizer.json</c>.</summary>
internal static class DecoderJson
{
    /// <exception cref="ModelLoadException">It is damaged, or of a type not supported.</exception>
    public static DecoderDefinition Read(JsonSection json)
    {
        if (json.Section("decoder") is not { } decoder)
        {
            return new DecoderDefinition.None();
        }

        return decoder.String("type") switch
        {
            "WordPiece" => new DecoderDefinition.WordPiece(decoder.String("prefix") ?? "##", decoder.Boolean("cleanup") ?? true),
            "ByteLevel" => new DecoderDefinition.ByteLevel(),
            "Metaspace" => new DecoderDefinition.Metaspace(
                MetaspaceJson.ReadReplacement(decoder), MetaspaceJson.ReadPrependScheme(decoder) != PrependScheme.Never),
            var other => throw decoder.Refuse(
                $"the decoder is of type '{other ?? "none"}', which is not supported; WordPiece, ByteLevel and Metaspace are. {TokenizerReader.SupportedModels}"),
        };
    }
}

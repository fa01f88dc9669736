using System.Text;

namespace Batching.Tests;

/// <summary>A SentencePiece model without any other file.</summary>
internal static class SentencePieceFile
{
    public static SequenceTokenizer Load(byte[] content, string? tokenizerClass = "XLMRobertaTokenizer") => SequenceTokenizer.Load(name => name switch
    {
        "sentencepiece.bpe.model" => new MemoryStream(content),
        "tokenizer_config.json" when tokenizerClass is not null => new MemoryStream(Encoding.UTF8.GetBytes($$"""{"tokenizer_class":"{{tokenizerClass}}"}""")),
        _ => null,
    });
}

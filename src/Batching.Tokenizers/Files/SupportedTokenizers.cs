namespace Batching.Tokenization;

/// <summary>Which tokenizers there are, for messages about one that is of another kind.</summary>
internal static class SupportedTokenizers
{
    /// <summary>What to do where a tokenizer is of another kind.</summary>
    public const string Advice = "Use a model with a tokenizer like that of BERT or DistilBERT, of RoBERTa or XLM-RoBERTa.";
}

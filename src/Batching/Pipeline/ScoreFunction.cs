namespace Batching;

/// <summary>How logits become scores: <c>function_to_apply</c> of Hugging Face's text-classification pipeline.</summary>
public enum ScoreFunction
{
    /// <summary>One label of several: the scores of a text add up to 1.</summary>
    Softmax,

    /// <summary>Labels that do not exclude each other, or a single one.</summary>
    Sigmoid,

    /// <summary>The scores are the logits, as for a regression.</summary>
    None,
}

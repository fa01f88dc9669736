namespace Batching;

/// <summary>How logits become scores: <c>function_to_apply</c> of Hugging Face's text-classification pipeline.</summary>
internal enum ScoreFunction
{
    /// <summary>One label of several: the scores of a row add up to 1.</summary>
    Softmax,

    /// <summary>Labels that do not exclude each other, or a single one.</summary>
    Sigmoid,

    /// <summary>A regression: the scores are the logits.</summary>
    None,
}

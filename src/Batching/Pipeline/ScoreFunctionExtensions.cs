using System.Numerics.Tensors;
using Batching.Folders;

namespace Batching;

/// <summary>Logits to scores, as Hugging Face's <c>function_to_apply</c> does it.</summary>
public static class ScoreFunctionExtensions
{
    /// <summary>The function that Hugging Face's pipeline chooses for a model.</summary>
    /// <param name="problemType"><c>problem_type</c> of config.json, or null.</param>
    /// <param name="labelCount">The number of labels.</param>
    internal static ScoreFunction FunctionOf(string? problemType, int labelCount) => problemType switch
    {
        ModelConfig.Regression => ScoreFunction.None,
        ModelConfig.MultiLabel => ScoreFunction.Sigmoid,
        _ => labelCount == 1 ? ScoreFunction.Sigmoid : ScoreFunction.Softmax,
    };

    /// <summary>Writes the scores of one row of logits.</summary>
    /// <param name="function">The function.</param>
    /// <param name="logits">The logits, <c>[labels]</c>; at least one.</param>
    /// <param name="scores">Where the scores go, <c>[labels]</c>; may be the memory of the logits.</param>
    /// <exception cref="ArgumentException">There is less room than logits.</exception>
    public static void Apply(this ScoreFunction function, ReadOnlySpan<float> logits, Span<float> scores)
    {
        switch (function)
        {
            case ScoreFunction.Softmax:
                // Without its largest logit taken away from all, the exponential of a logit above 88 would be infinite.
                TensorPrimitives.Subtract(logits, TensorPrimitives.Max(logits), scores);
                TensorPrimitives.Exp(scores, scores);
                TensorPrimitives.Divide(scores, TensorPrimitives.Sum<float>(scores), scores);
                break;
            case ScoreFunction.Sigmoid:
                TensorPrimitives.Sigmoid(logits, scores);
                break;
            default:
                logits.CopyTo(scores);
                break;
        }
    }
}

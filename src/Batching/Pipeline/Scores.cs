using System.Numerics.Tensors;
using Batching.Folders;

namespace Batching;

/// <summary>Logits to scores.</summary>
internal static class Scores
{
    /// <summary>The function that Hugging Face's pipeline chooses for a model.</summary>
    /// <param name="problemType"><c>problem_type</c> of config.json, or null.</param>
    /// <param name="labelCount">The number of labels.</param>
    public static ScoreFunction FunctionOf(string? problemType, int labelCount) => problemType switch
    {
        ModelConfig.Regression => ScoreFunction.None,
        ModelConfig.MultiLabel => ScoreFunction.Sigmoid,
        _ => labelCount == 1 ? ScoreFunction.Sigmoid : ScoreFunction.Softmax,
    };

    /// <summary>Writes the scores of one row of logits.</summary>
    public static void Apply(ScoreFunction function, ReadOnlySpan<float> logits, Span<float> scores)
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

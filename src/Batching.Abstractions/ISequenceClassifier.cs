namespace Batching;

/// <summary>Classifies a text: what an application takes by dependency injection, and mocks in its tests.</summary>
/// <remarks>Implementations are thread-safe.</remarks>
public interface ISequenceClassifier
{
    /// <summary>Classifies a text, or a pair of texts.</summary>
    /// <param name="input">The text.</param>
    /// <param name="cancellationToken">Gives up waiting for the result, and stops the work where nobody else needs it.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentException">The input has no text.</exception>
    /// <exception cref="ModelRunException">The model could not be run on it.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    ValueTask<Classification> ClassifyAsync(TextInput input, CancellationToken cancellationToken = default);
}

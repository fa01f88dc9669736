using System.Runtime.CompilerServices;
using Batching;

namespace Classify;

/// <summary>Any number of texts in, their results out in the same order, in bounded memory.</summary>
internal static class ClassificationStream
{
    // Enough for batches of nearly equal lengths, and little enough to hold.
    private const int TextsAtOnce = 2_048;

    public static async IAsyncEnumerable<Classification> ClassifyAsync(
        SequenceClassifier classifier, IAsyncEnumerable<TextInput> inputs, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (TextInput[] chunk in inputs.Chunk(TextsAtOnce).WithCancellation(cancellationToken))
        {
            foreach (Classification result in classifier.Classify(chunk, cancellationToken))
            {
                yield return result;
            }
        }
    }
}

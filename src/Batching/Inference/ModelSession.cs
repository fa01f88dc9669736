using System.Numerics.Tensors;
using Batching.Batches;

namespace Batching.Inference;

/// <summary>A session and what is known of its graph: runs batches of any shape, checked or as they are.</summary>
/// <remarks>Immutable and thread-safe. Does not own the session.</remarks>
/// <param name="Graph">The session.</param>
/// <param name="Facts">What is known, or, while it is measured, assumed.</param>
internal sealed record ModelSession(GraphSession Graph, ModelFacts Facts)
{
    /// <summary>The shapes of batches that the graph takes. Batches of others are cut and filled up to them.</summary>
    public BatchShape Shape => Facts.Parts.Shape;

    /// <summary>The same session with batches of other shapes.</summary>
    public ModelSession With(BatchShape shape) => this with { Facts = Facts with { Parts = Facts.Parts with { Shape = shape } } };

    /// <summary>A row of ids with an end token, where the model reads one.</summary>
    public int[] WithEndToken(params int[] ids)
    {
        if (Facts.Parts.EndTokenId is { } end)
        {
            ids[^1] = end;
        }

        return ids;
    }

    /// <summary>Runs a batch as it is, in as many runs of the graph as it takes.</summary>
    /// <returns>How many positions the graph worked on.</returns>
    /// <exception cref="ModelRunException">ONNX Runtime could not run the model.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public long Run(TokenBatch batch, Memory<float> logits, StoppableRuns run)
    {
        run.Token.ThrowIfCancellationRequested();
        int labels = Facts.LabelCount;
        if (Facts.Parts.Fit(batch))
        {
            Graph.Run(batch, logits, labels, run);
            return (long)batch.Rows * batch.Columns;
        }

        long positions = 0;
        foreach (int[] rows in Facts.Parts.Split(batch))
        {
            using TokenBatch part = Facts.Parts.Make(batch, rows);
            var partLogits = new float[part.Rows * labels];
            Graph.Run(part, partLogits, labels, run);
            for (int i = 0; i < rows.Length; i++)
            {
                partLogits.AsSpan(i * labels, labels).CopyTo(logits.Span[(rows[i] * labels)..]);
            }

            positions += (long)part.Rows * part.Columns;
        }

        return positions;
    }

    /// <summary>Refuses what the graph would answer wrongly or not at all.</summary>
    /// <exception cref="ArgumentException">An id is outside the vocabulary, a row is too long, or has no end token.</exception>
    public void Check(TokenBatch batch)
    {
        if (batch.Columns > Facts.MaxLength)
        {
            string limit = Facts.MaxLength == Shape.Columns ? $"a fixed length of {Facts.MaxLength}" : $"positions for {Facts.MaxLength}";
            throw new ArgumentException(
                $"The rows have {batch.Columns} columns, and the model in '{Graph.File}' has {limit}. Truncate the texts, or pad less.", nameof(batch));
        }

        CheckRange(batch, batch.InputIdsMemory.Span, Facts.VocabularySize, "input id", "the model's vocabulary");
        CheckRange(batch, batch.AttentionMaskMemory.Span, 2, "attention mask", "a mask");
        CheckRange(batch, batch.TokenTypeIdsMemory.Span, Facts.TypeVocabularySize, "token type id", "the model's token types");
        for (int row = 0; Facts.Parts.EndTokenId is not null && row < batch.Rows; row++)
        {
            if (Facts.Parts.EndTokensOf(batch, row) == 0)
            {
                throw new ArgumentException(
                    $"Row {row} has no end token, the id {Facts.Parts.EndTokenId}, and the model in '{Graph.File}' reads the state of the last one. Encode the text with special tokens.",
                    nameof(batch));
            }
        }
    }

    private void CheckRange(TokenBatch batch, ReadOnlySpan<long> values, int? limit, string what, string where)
    {
        int largest = (limit ?? int.MaxValue) - 1;
        if (TensorPrimitives.Min(values) >= 0 && TensorPrimitives.Max(values) <= largest)
        {
            return;
        }

        int index = 0;
        while (values[index] >= 0 && values[index] <= largest)
        {
            index++;
        }

        throw new ArgumentException(
            $"The {what} {values[index]} at [{index / batch.Columns}, {index % batch.Columns}] is not from 0 to {largest}, the range of {where}. Encode the text with the tokenizer that belongs to '{Graph.File}'.",
            nameof(batch));
    }
}

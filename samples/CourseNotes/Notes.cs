using System.Numerics.Tensors;
using System.Reflection;
using Batching;

namespace CourseNotes;

/// <summary>"Batching inputs together", a part of the Hugging Face course, in C#.</summary>
public static class Notes
{
    /// <summary>The folder of the default model, in the checkout that this program was built from.</summary>
    public static string DefaultModel { get; } = FolderOf(nameof(DefaultModel));

    /// <summary>The folder of a Longformer with few and random weights, in the same checkout.</summary>
    public static string SmallLongformer { get; } = FolderOf(nameof(SmallLongformer));

    /// <summary>Runs every cell on the model in a folder.</summary>
    /// <param name="folder">Holds a model and its tokenizer as Hugging Face lays them out.</param>
    /// <returns>The cells, in the order of the notes.</returns>
    /// <exception cref="ModelLoadException">The folder holds no model that can be used.</exception>
    /// <exception cref="ModelRunException">The model could not be run.</exception>
    /// <exception cref="ArgumentException">The model does not take what the notes give it, such as the id 200.</exception>
    public static IReadOnlyList<Cell> Run(string folder)
    {
        using var notebook = new Notebook();

        notebook.Cell("Load", "One folder holds both: what makes ids of text, and what makes logits of ids.");
        notebook.Let(out SequenceTokenizer tokenizer, SequenceTokenizer.Load(folder));
        notebook.Using(out SequenceModel model, SequenceModel.Load(folder));

        notebook.Cell("Tokenize", "A word that is not in the vocabulary becomes pieces that are.");
        notebook.Let(out string sequence, "I've been waiting for a HuggingFace course my whole life.");
        notebook.Show(out IReadOnlyList<string> tokens, tokenizer.Tokenize(sequence));

        notebook.Cell("Convert to ids", "Every token has its number in the vocabulary.");
        notebook.Show(out IReadOnlyList<int> ids, tokenizer.ConvertTokensToIds(tokens));

        notebook.Cell("A tensor of rank 1 is refused", "A model takes a batch: rows of ids, be it only one.");
        notebook.Let(out Tensor<long> inputIds, Tensor.Create<long>([.. ids]));
        notebook.Refused(() => model.Run(inputIds));

        notebook.Cell("A batch of one", "The fix is the one that the message names.");
        notebook.Show(model.Run(inputIds.Reshape([1, ids.Count])), notes: [[-2.7276f, 2.8789f]]);

        notebook.Cell("Two equal rows", "Equal rows get equal logits.");
        notebook.Using(out TokenBatch twice, TokenBatch.Pad([ids, ids], tokenizer.PadTokenId));
        notebook.Show(model.Run(twice));

        notebook.Cell("Each sequence alone", "Two sequences of different lengths, before they go into one batch.");
        notebook.Let(out int[] sequence1, [200, 200, 200]);
        notebook.Let(out int[] sequence2, [200, 200]);
        notebook.Show(model.Run(Tensor.Create<long>([.. sequence1], [1, 3])), notes: [[1.5694f, -1.3895f]]);
        notebook.Show(model.Run(Tensor.Create<long>([.. sequence2], [1, 2])), notes: [[0.5803f, -0.4125f]]);

        notebook.Cell("Ragged rows are refused", "A batch is a rectangle.");
        notebook.Let(out PaddingOptions asTheyAre, new PaddingOptions { Strategy = PaddingStrategy.None });
        notebook.Refused(() => TokenBatch.Pad([sequence1, sequence2], tokenizer.PadTokenId, asTheyAre));

        notebook.Cell("The pad token id", "A token that means nothing fills up the shorter row.");
        notebook.Show(tokenizer.PadTokenId);
        notebook.Using(out TokenBatch batch, TokenBatch.Pad([sequence1, sequence2], tokenizer.PadTokenId));
        notebook.Show(batch.InputIds);

        notebook.Cell("Padded without a mask", "The second row is not what it was alone: the model reads the padding as text.");
        notebook.Show(model.Run(batch.InputIds), notes: [[1.5694f, -1.3895f], [1.3374f, -1.2163f]]);

        notebook.Cell("Padded with a mask", "The mask hides the padding. A batch brings its own, so that nobody forgets it.");
        notebook.Show(batch.AttentionMask);
        notebook.Show(model.Run(batch.InputIds, batch.AttentionMask), notes: [[1.5694f, -1.3895f], [0.5803f, -0.4125f]]);
        notebook.Show(model.Run(batch));

        notebook.Cell("A row that is too long is refused", "A model has positions for a number of tokens and no more.");
        notebook.Let(out string longText, string.Join(' ', Enumerable.Repeat(sequence, 100)));
        notebook.Let(out EncodingOptions uncut, new EncodingOptions { Truncation = TruncationStrategy.None });
        notebook.Using(out TokenBatch tooLong, TokenBatch.Pad([tokenizer.Encode(longText, uncut)], tokenizer.PadTokenId));
        notebook.Refused(() => model.Run(tooLong));

        notebook.Cell("Truncation", "sequence[:max_sequence_length] in the notes; here the tokenizer does it, and keeps [CLS] and [SEP].");
        notebook.Show(tokenizer.MaxLength);
        notebook.Let(out SequenceEncoding truncated, tokenizer.Encode(longText));
        notebook.Show(truncated.InputIds.Count);
        notebook.Show(truncated.IsTruncated);
        notebook.Show(tokenizer.ConvertIdsToTokens(truncated.InputIds[0], truncated.InputIds[^1]));

        notebook.Cell("Windows", "Nothing is lost: every window is a row, and begins with the last tokens of the one before.");
        notebook.Let(out EncodingOptions overlapping, new EncodingOptions { Stride = 32 });
        notebook.Let(out IReadOnlyList<SequenceEncoding> windows, tokenizer.EncodeWindows(longText, overlapping));
        notebook.Show(windows.Select(window => window.InputIds.Count));
        notebook.Using(out TokenBatch windowBatch, TokenBatch.Pad(windows, tokenizer.PadTokenId));
        notebook.Show(model.Run(windowBatch));

        notebook.Cell("One result for a long text", "A classifier makes the windows, runs them in one batch with all other rows, and pools their scores.");
        notebook.Let(out SequenceClassifierOptions inWindows, new SequenceClassifierOptions { LongText = LongText.Windows, Stride = 32 });
        notebook.Using(out SequenceClassifier classifier, SequenceClassifier.Load(folder, inWindows));
        notebook.Let(out Classification result, classifier.Classify(longText));
        notebook.Show(result.Label);
        notebook.Show(result.Windows.Select(window => window.TokenCount));
        notebook.Show(result.IsTruncated);

        notebook.Cell("Models for longer texts", "Longformer and LED take longer rows, and load as any other model. This one is small: its weights are random, and it has 128 positions of the genuine 4096.");
        notebook.Using(out SequenceClassifier longformer, SequenceClassifier.Load(SmallLongformer));
        notebook.Show(longformer.Tokenizer.Tokenize("I've been waiting"));
        notebook.Show(longformer.Model.MaxLength);
        notebook.Let(out string middlingText, string.Join(' ', Enumerable.Repeat(sequence, 4)));
        notebook.Show(longformer.Classify(middlingText).TokenCount);
        notebook.Show(longformer.Classify(middlingText).IsTruncated);

        return notebook.Cells;
    }

    private static string FolderOf(string name) => typeof(Notes).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == name).Value!;
}

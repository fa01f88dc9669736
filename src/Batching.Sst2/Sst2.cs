namespace Batching;

/// <summary>The default model: the sentiment of English sentences, <c>NEGATIVE</c> or <c>POSITIVE</c>.</summary>
/// <remarks>
/// DistilBERT, 6 layers of 384, trained on SST-2, as static 8-bit integers; inside this assembly, so that no file has to be
/// found or downloaded.
/// </remarks>
public static class Sst2
{
    /// <summary>Loads the classifier.</summary>
    /// <param name="options">How; null for the default. The model and its precision are the package's.</param>
    /// <returns>The classifier, which the caller disposes of. It is made to be kept and shared by all threads.</returns>
    /// <exception cref="ArgumentException">An option is out of its range, or asks for another precision or file.</exception>
    /// <exception cref="ModelLoadException">ONNX Runtime's native library is missing.</exception>
    public static SequenceClassifier Load(SequenceClassifierOptions? options = null)
    {
        options ??= new SequenceClassifierOptions();
        if (options.ModelFile is not null || options.Precision is not (null or ModelPrecision.Int8))
        {
            throw new ArgumentException(
                $"The package holds the model at the precision {ModelPrecision.Int8} only. For another precision or file, load a folder with {nameof(SequenceClassifier)}.{nameof(SequenceClassifier.Load)}.",
                nameof(options));
        }

        return SequenceClassifier.Load(
            typeof(Sst2).Assembly.GetManifestResourceStream, options with { Precision = ModelPrecision.Int8 });
    }
}

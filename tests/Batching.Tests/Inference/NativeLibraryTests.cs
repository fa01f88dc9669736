using Xunit;

namespace Batching.Tests.Inference;

/// <summary>What ONNX Runtime's native library lacks is said in a sentence, with the package that has it.</summary>
public sealed class NativeLibraryTests
{
    [Fact]
    public void An_execution_provider_that_the_native_library_lacks_is_a_model_that_does_not_load()
    {
        var options = new SequenceModelOptions { ConfigureSession = session => session.AppendExecutionProvider_DML() };
        var refusal = Assert.Throws<ModelLoadException>(() => SequenceModel.Load(Repository.DefaultModel, options));
        Assert.Contains("such as Microsoft.ML.OnnxRuntime.Gpu", refusal.Message, StringComparison.Ordinal);
    }
}

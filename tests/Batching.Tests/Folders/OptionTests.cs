using Microsoft.ML.OnnxRuntime;
using Xunit;

namespace Batching.Tests.Folders;

/// <summary>Options out of their range are arguments, not faults of the model.</summary>
public sealed class OptionTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Parallelism_is_at_least_one(int parallelism) =>
        AssertRefused(new SequenceClassifierOptions { Parallelism = parallelism }, $"Parallelism is {parallelism}; it has to be at least 1.");

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void ThreadsPerRun_is_at_least_one(int threads) =>
        AssertRefused(new SequenceClassifierOptions { ThreadsPerRun = threads }, $"ThreadsPerRun is {threads}; it has to be at least 1.");

    [Fact]
    public void Padding_is_not_null() =>
        AssertRefused(new SequenceClassifierOptions { Padding = null! }, "Padding is null. Use PaddingOptions.Default.");

    [Theory]
    [InlineData(0, "MultipleOf is 0; it has to be at least 1.")]
    [InlineData(-8, "MultipleOf is -8; it has to be at least 1.")]
    [InlineData(int.MaxValue, "too large")]
    public void Padding_to_a_multiple_that_is_none_is_an_argument(int multiple, string says)
    {
        using var model = ModelFolderBuilder.Tiny();
        using SequenceClassifier classifier = model.Load(new SequenceClassifierOptions { Padding = new PaddingOptions { MultipleOf = multiple } });
        var refusal = Assert.Throws<ArgumentException>(() => classifier.Classify("good", TestContext.Current.CancellationToken));
        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Padding_beyond_the_models_positions_is_an_argument()
    {
        using var model = ModelFolderBuilder.Copy();
        using SequenceClassifier classifier = model.Load(
            new SequenceClassifierOptions { Padding = new PaddingOptions { Strategy = PaddingStrategy.MaxLength, MaxLength = 65 } });
        var refusal = Assert.Throws<ArgumentException>(() => classifier.Classify("good", TestContext.Current.CancellationToken));
        Assert.Contains("The rows have 65 columns, and the model in", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("has positions for 64. Truncate the texts, or pad less.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_execution_provider_that_is_not_there_is_the_options_fault_and_not_the_files()
    {
        using var model = ModelFolderBuilder.Tiny();
        var options = new SequenceClassifierOptions { ConfigureSession = session => session.AppendExecutionProvider("NoSuchProvider") };
        ModelLoadException refusal = Refusal.Of(
            () => model.Load(options), model.PathOf("model.onnx"), "The option ConfigureSession failed", "NoSuchProvider", "Use a package of ONNX Runtime");
        Assert.DoesNotContain("damaged", refusal.Message, StringComparison.Ordinal);
        Assert.IsType<OnnxRuntimeException>(refusal.InnerException);
    }

    [Fact]
    public void An_execution_provider_of_another_package_is_the_options_fault()
    {
        using var model = ModelFolderBuilder.Tiny();
        var options = new SequenceClassifierOptions { ConfigureSession = session => session.AppendExecutionProvider_CUDA() };
        Refusal.Of(() => model.Load(options), model.PathOf("model.onnx"), "The option ConfigureSession failed", "Use a package of ONNX Runtime");
    }

    [Fact]
    public void What_a_callback_throws_of_its_own_passes_through()
    {
        using var model = ModelFolderBuilder.Tiny();
        var options = new SequenceClassifierOptions { ConfigureSession = _ => throw new TimeoutException() };
        Assert.Throws<TimeoutException>(() => model.Load(options));
    }

    private static void AssertRefused(SequenceClassifierOptions options, string says)
    {
        using var model = ModelFolderBuilder.Tiny();
        var refusal = Assert.Throws<ArgumentException>(() => model.Load(options));
        Assert.StartsWith(says, refusal.Message, StringComparison.Ordinal);
        Assert.Equal("options", refusal.ParamName);
    }
}

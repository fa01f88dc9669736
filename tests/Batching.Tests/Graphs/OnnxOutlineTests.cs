using Batching.Graphs;
using Xunit;

namespace Batching.Tests.Graphs;

/// <summary>A large file is looked over before it is read: what cannot be a model costs no memory.</summary>
public sealed class OnnxOutlineTests
{
    private static readonly byte[] Model = File.ReadAllBytes(Path.Combine(Repository.Contract("bert-one-label"), "model.onnx"));

    [Fact]
    public void A_model_is_plausible() => Assert.True(IsPlausible(Model));

    [Fact]
    public void A_file_in_ONNX_Runtimes_own_format_is_left_to_it() => Assert.True(IsPlausible([0x18, 0, 0, 0, .. "ORTM"u8, 0, 0]));

    [Theory]
    [InlineData(new byte[] { 0 })]
    [InlineData(new byte[] { 0x08, 0x08, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0x3A, 0x05, 1, 2 })]
    [InlineData(new byte[] { 0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF })]
    [InlineData(new byte[] { 0x08 })]
    [InlineData(new byte[] { 0x0D, 1, 2, 3 })]
    [InlineData(new byte[] { 0x0F })]
    public void What_cannot_be_a_model_is_not_unless_its_reader_knows_better(byte[] content) =>
        Assert.Equal((content[0] & 7) is 3 or 4 or 6 or 7, IsPlausible(content));

    [Fact]
    public void A_model_that_is_cut_off_within_a_field_is_not() => Assert.False(IsPlausible(Model[..(Model.Length / 2)]));

    private static bool IsPlausible(byte[] content)
    {
        using var stream = new MemoryStream(content);
        return OnnxOutline.IsPlausible(stream);
    }
}

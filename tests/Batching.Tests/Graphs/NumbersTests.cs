using Batching.Graphs;
using Batching.Graphs.Quantization;
using CsCheck;
using Xunit;

namespace Batching.Tests.Graphs;

/// <summary>Numbers to integers: what is lost, and what is not.</summary>
public sealed class NumbersTests
{
    private static readonly Gen<float[]> SomeNumbers = Gen.Float[-8, 8].Array[1, 200];

    [Fact]
    public void Weights_lose_at_most_what_seven_bits_lose() => SomeNumbers.Sample(
        numbers =>
        {
            QuantizedMatrix matrix = QuantizedMatrix.OfWeights(new ConstantTensor(ElementType.Float, [numbers.Length, 1], numbers));
            double widest = numbers.Max(MathF.Abs) / 63;
            Assert.All(matrix.Values, value => Assert.InRange(value, -64, 63));

            // The scale was chosen among others that are at least as good as the widest one.
            double loss = numbers.Zip(matrix.Values, (number, value) => Math.Pow(number - (value * matrix.Scales[0]), 2)).Sum();
            Assert.True(loss <= (numbers.Length * widest * widest / 4) + 1e-6);
        },
        seed: Generators.Seed,
        iter: 300);

    [Fact]
    public void Integers_times_a_scale_lose_nothing()
    {
        float[] numbers = [.. Enumerable.Range(-63, 127).Select(value => value * 0.125f)];
        QuantizedMatrix matrix = QuantizedMatrix.OfWeights(new ConstantTensor(ElementType.Float, [numbers.Length, 1], numbers));
        Assert.Equal(numbers, matrix.Values.Select(value => value * matrix.Scales[0]));
    }

    [Fact]
    public void Zeros_stay_zeros()
    {
        QuantizedMatrix weights = QuantizedMatrix.OfWeights(new ConstantTensor(ElementType.Float, [2, 2], [0, 1, 0, -1]));
        Assert.Equal([0, 63, 0, -63], weights.Values);
        Assert.Equal(1, weights.Scales[0]);
        QuantizedMatrix embeddings = QuantizedMatrix.OfEmbeddings(new ConstantTensor(ElementType.Float, [2, 2], [0, 0, 1, -1]));
        Assert.Equal([0, 0, 127, -127], embeddings.Values);
        Assert.All(embeddings.Scales, scale => Assert.True(float.IsFinite(scale) && scale > 0));
    }

    [Fact]
    public void Activations_within_a_range_lose_at_most_half_a_step() => Gen.Select(Gen.Double[-100, 100], Gen.Double[-100, 100]).Sample(
        (one, other) =>
        {
            var range = ActivationRange.Between(Math.Min(one, other), Math.Max(one, other));
            foreach (double value in new[] { one, other, (one + other) / 2, 0 })
            {
                double integer = Math.Clamp(Math.Round(value / range.Scale) + range.ZeroPoint, 0, 255);
                Assert.InRange(Math.Abs(((integer - range.ZeroPoint) * range.Scale) - value), 0, range.Scale * 1.001);
            }
        },
        seed: Generators.Seed,
        iter: 1000);

    [Fact]
    public void Activations_that_are_all_zero_have_a_range() =>
        Assert.Equal((new ActivationRange(1, 0), 0), new ActivationHistogram().Best());

    [Fact]
    public void A_range_holds_what_is_common_and_cuts_off_what_is_rare()
    {
        var random = new Random(5);
        var histogram = new ActivationHistogram();
        float[] numbers = [.. Enumerable.Range(0, 100_000).Select(_ => (random.NextSingle() * 2) - 1)];
        for (int times = 0; times < 20; times++)
        {
            Assert.True(histogram.TryAdd(numbers));
        }

        (ActivationRange even, double loss) = histogram.Best();
        Assert.InRange(even.Scale * 255, 1.9f, 2.01f);
        Assert.InRange(even.ZeroPoint, 126, 129);

        // A 256th of the range, evenly distributed around 0.
        Assert.Equal(1 / (255.0 * 255), loss, 1e-6);

        // One in two millions: all others would be twenty times as coarse for it.
        Assert.True(histogram.TryAdd([40]));
        Assert.InRange(histogram.Best().Range.Scale * 255, 2, 15);
        Assert.Equal(40, histogram.Highest);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Activations_that_are_not_finite_are_not_counted(float activation)
    {
        var histogram = new ActivationHistogram();
        Assert.False(histogram.TryAdd([1, activation, 2]));
        Assert.Equal(0, histogram.Highest);
    }
}

using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Batching.Inference;
using Xunit;

namespace Batching.Tests.Inference;

/// <summary>
/// The library's central promise: what is in the batch besides a row, in which order, and how much it is padded, does not
/// change one bit of the row's logits.
/// </summary>
/// <remarks>
/// Equality is demanded where the probe finds it, and always on x86-64; elsewhere the difference is printed and bounded.
/// </remarks>
public sealed class InvarianceTests(DefaultModel models, ITestOutputHelper output) : IClassFixture<DefaultModel>
{
    private const int LongestRow = 66;
    private const int BatchesPerModel = 500;
    private const float Bound = 1e-3f;

    public static MatrixTheoryData<ModelPrecision, int> Models => new([ModelPrecision.Float32, ModelPrecision.Int8], [1, 2]);

    [Theory]
    [MemberData(nameof(Models))]
    public void The_probe_finds_the_default_model_exact_on_x86_64(ModelPrecision precision, int threads)
    {
        Invariance invariance = InvarianceProbe.Measure(models[precision, threads], TestContext.Current.CancellationToken);
        output.WriteLine($"{RuntimeInformation.ProcessArchitecture}: {invariance}");
        Assert.True(invariance.IsExact || RuntimeInformation.ProcessArchitecture != Architecture.X64, $"{invariance}");
        Assert.InRange(invariance.WorstDifference, 0, Bound);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void A_rows_logits_do_not_depend_on_its_batch(ModelPrecision precision, int threads)
    {
        SequenceModel model = models[precision, threads];
        int batches = threads == 1 ? BatchesPerModel : BatchesPerModel / 5;
        var random = new Random(7);
        using TokenRows pool = RandomRows(random, [.. Enumerable.Range(1, LongestRow), .. Enumerable.Range(0, 60).Select(_ => random.Next(1, 12))]);
        float[][] alone = [.. Enumerable.Range(0, pool.Count).Select(row => Run(model, pool, [row], PaddingOptions.Default))];
        var checks = new BitChecks();

        for (int batch = 0; batch < batches; batch++)
        {
            // Mostly short rows keep the test fast; every tenth batch takes rows of any length.
            int first = batch % 10 == 0 ? 0 : LongestRow;
            int[] rows = [.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => random.Next(first, pool.Count))];
            int longest = rows.Max(pool.LengthOf);
            PaddingOptions padding = random.Next(3) switch
            {
                0 => PaddingOptions.Default,
                1 => new PaddingOptions { MultipleOf = 8 },
                _ => new PaddingOptions { Strategy = PaddingStrategy.MaxLength, MaxLength = longest + random.Next(20) },
            };
            float[] together = Run(model, pool, rows, padding);
            for (int i = 0; i < rows.Length; i++)
            {
                checks.Add(alone[rows[i]], together.AsSpan(i * model.LabelCount, model.LabelCount));
            }
        }

        checks.Verify(model, output);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void A_row_of_any_length_has_the_same_logits_however_far_it_is_padded(ModelPrecision precision, int threads)
    {
        SequenceModel model = models[precision, threads];
        using TokenRows rows = RandomRows(new Random(11), [.. Enumerable.Range(1, LongestRow)]);
        var checks = new BitChecks();
        foreach (int row in Enumerable.Range(0, rows.Count))
        {
            float[] alone = Run(model, rows, [row], PaddingOptions.Default);
            foreach (int padding in new[] { 1, 2, 7, 64 })
            {
                checks.Add(alone, Run(model, rows, [row], new PaddingOptions
                {
                    Strategy = PaddingStrategy.MaxLength,
                    MaxLength = rows.LengthOf(row) + padding,
                }));
            }
        }

        checks.Verify(model, output);
    }

    [Theory]
    [InlineData(ModelPrecision.Float32)]
    [InlineData(ModelPrecision.Int8)]
    public void One_thread_and_two_give_the_same_bits(ModelPrecision precision)
    {
        using TokenRows rows = RandomRows(new Random(13), [1, 2, 5, 16, 17, 40, 66, 130, 512]);
        var checks = new BitChecks();
        foreach (int row in Enumerable.Range(0, rows.Count))
        {
            checks.Add(
                Run(models[precision, 1], rows, [row], PaddingOptions.Default),
                Run(models[precision, 2], rows, [row], PaddingOptions.Default));
        }

        checks.Verify(models[precision], output);
    }

    [Theory]
    [InlineData(ModelPrecision.Float32)]
    [InlineData(ModelPrecision.Int8)]
    public async Task Runs_side_by_side_on_one_session_give_the_same_bits(ModelPrecision precision)
    {
        SequenceModel model = models[precision];
        using TokenRows rows = RandomRows(new Random(17), [.. Enumerable.Range(1, 40)]);
        float[][] alone = [.. Enumerable.Range(0, rows.Count).Select(row => Run(model, rows, [row], PaddingOptions.Default))];
        var checks = new BitChecks();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(worker => Task.Run(() =>
        {
            var random = new Random(worker);
            for (int batch = 0; batch < 20; batch++)
            {
                int[] selected = [.. Enumerable.Range(0, 4).Select(_ => random.Next(rows.Count))];
                float[] together = Run(model, rows, selected, PaddingOptions.Default);
                for (int i = 0; i < selected.Length; i++)
                {
                    checks.Add(alone[selected[i]], together.AsSpan(i * model.LabelCount, model.LabelCount));
                }
            }
        })));
        checks.Verify(model, output);
    }

    [Theory]
    [InlineData(ModelPrecision.Float32)]
    [InlineData(ModelPrecision.Int8)]
    public void Without_the_mask_a_padded_rows_logits_differ(ModelPrecision precision)
    {
        SequenceModel model = models[precision];
        using TokenRows rows = RandomRows(new Random(19), [.. Enumerable.Range(3, 30)]);
        foreach (int row in Enumerable.Range(0, rows.Count))
        {
            using TokenBatch padded = TokenBatch.Pad(rows, [row], models.Tokenizer.PadTokenId, new PaddingOptions
            {
                Strategy = PaddingStrategy.MaxLength,
                MaxLength = rows.LengthOf(row) + 8,
            });
            Tensor<float> masked = model.Run(padded, TestContext.Current.CancellationToken);
            Tensor<float> unmasked = model.Run(padded.InputIds, TestContext.Current.CancellationToken);
            Assert.True(MathF.Abs(masked[0, 0] - unmasked[0, 0]) > 1e-3f, $"row {row}: {masked[0, 0]:R} and {unmasked[0, 0]:R}");
        }
    }

    [Fact]
    public void Every_text_of_the_goldens_has_the_same_bits_alone_and_in_the_goldens_batches()
    {
        JsonObject goldens = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.DefaultModel, "goldens.json")))!.AsObject();
        using TokenRows rows = models.Tokenizer.EncodeBatch(goldens["rows"]!.AsArray().Select(row => (string)row!["text"]!));
        foreach (ModelPrecision precision in new[] { ModelPrecision.Float32, ModelPrecision.Int8 })
        {
            SequenceModel model = models[precision];
            float[][] alone = [.. Enumerable.Range(0, rows.Count).Select(row => Run(model, rows, [row], PaddingOptions.Default))];
            var checks = new BitChecks();
            foreach (JsonNode? golden in goldens["batches"]!.AsArray())
            {
                int[] selected = golden!["rows"]!.Ints();
                float[] together = Run(model, rows, selected, PaddingOptions.Default);
                for (int i = 0; i < selected.Length; i++)
                {
                    checks.Add(alone[selected[i]], together.AsSpan(i * model.LabelCount, model.LabelCount));
                }
            }

            checks.Verify(model, output);
        }
    }

    private static float[] Run(SequenceModel model, TokenRows rows, int[] selected, PaddingOptions padding)
    {
        using TokenBatch batch = TokenBatch.Pad(rows, selected, padTokenId: 0, padding);
        var logits = new float[selected.Length * model.LabelCount];
        model.Run(batch, logits, CancellationToken.None);
        return logits;
    }

    private static TokenRows RandomRows(Random random, int[] lengths)
    {
        var rows = new TokenRows();
        foreach (int length in lengths)
        {
            rows.Add([.. Enumerable.Range(0, length).Select(_ => random.Next(999, 30522))]);
        }

        return rows;
    }

    /// <summary>Compares logits bit for bit, from any number of threads.</summary>
    private sealed class BitChecks
    {
        private readonly Lock gate = new();
        private readonly LogitComparison result = new();
        private int count;

        public void Add(ReadOnlySpan<float> alone, ReadOnlySpan<float> together)
        {
            lock (gate)
            {
                result.Add(alone, together);
                count++;
            }
        }

        public void Verify(SequenceModel model, ITestOutputHelper output)
        {
            bool mustBeExact = RuntimeInformation.ProcessArchitecture == Architecture.X64
                || InvarianceProbe.Measure(model).IsExact;
            output.WriteLine($"{count} rows: {result.Kind}, {result.WorstDifference:R} off");
            Assert.True(count > 0);
            Assert.True(result.AreSame || !mustBeExact, $"{count} rows: {result.Kind}, {result.WorstDifference:R} off");
            Assert.InRange(result.WorstDifference, 0, Bound);
        }
    }
}

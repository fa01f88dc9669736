using Batching.Benchmarks.Reports;

namespace Batching.Benchmarks;

/// <summary>What the library set out to show on 2 cores, and what is to be said where it does not.</summary>
internal static class Targets
{
    public static readonly Target BareLoop = new(
        "fp32, times the bare loop by 32",
        2.0,
        IsMost: false,
        Numbers.Ratio,
        "The gain over the bare loop is what its padding costs, times what its threads lose by waiting for each other. Where the sentences differ little in length there is less padding to save; where one run keeps all cores busy by itself there is less waiting.");

    public static readonly Target TransformersDefault = new(
        "the default (int8), times transformers.js's default (fp32)",
        5.0,
        IsMost: false,
        Numbers.Ratio,
        "Most of this ratio is what int8 gains over fp32 and that depends on the processor: without VNNI, products of bytes take several instructions instead of one.");

    public static readonly Target TransformersDynamic = new(
        "the default (int8), times transformers.js's `q8`",
        2.4,
        IsMost: false,
        Numbers.Ratio,
        "Both multiply bytes. What is left to gain is padding, idle cores and its tokenizer; a processor with fast int8 and slow memory leaves less of it.");

    public static readonly Target FloorFull = new(
        "fp32, share of the floor's speed",
        0.90,
        IsMost: false,
        Numbers.Percent,
        Floor);

    public static readonly Target FloorInt8 = new(
        "int8, share of the floor's speed",
        0.90,
        IsMost: false,
        Numbers.Percent,
        Floor);

    public static readonly Target OutsideFull = new(
        "fp32, share of the time outside the runs",
        0.03,
        IsMost: true,
        Numbers.Percent,
        Outside);

    public static readonly Target OutsideInt8 = new(
        "int8, share of the time outside the runs",
        0.03,
        IsMost: true,
        Numbers.Percent,
        Outside);

    public static readonly Target ShortTextFull = new(
        "fp32, time of a text of 5 tokens, times the bare session's",
        1.05,
        IsMost: true,
        Numbers.Ratio,
        ShortText);

    public static readonly Target ShortTextInt8 = new(
        "int8, time of a text of 5 tokens, times the bare session's",
        1.05,
        IsMost: true,
        Numbers.Ratio,
        ShortText);

    public static readonly Target Memory = new(
        "growth of resident memory over 100,000 batches of all shapes",
        0.05,
        IsMost: true,
        Numbers.Percent,
        "ONNX Runtime's arena keeps memory for the largest shape it has met, and grows as long as larger ones come.");

    private const string Floor =
        "The floor has no padding and its batches are there before the clock starts. The plan pads a little where rows of one length do not fill a batch, and the texts are tokenized within the time.";

    private const string Outside =
        "What is outside the runs is the tokenizing, the plan, the copies into batches and the results, and, where the last batches end at different times, a core that has nothing left to do.";

    private const string ShortText =
        "A run on a few tokens takes so little that the call around it counts: tokenizing, a rented batch, a result of its own. The bare session is given ids, not text, and may use all cores for the one run.";

    public static IReadOnlyList<Target> All =>
        [BareLoop, TransformersDefault, TransformersDynamic, FloorFull, FloorInt8, OutsideFull, OutsideInt8, ShortTextFull, ShortTextInt8, Memory];
}

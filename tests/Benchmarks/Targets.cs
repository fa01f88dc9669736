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

    public static readonly Target PoolFull = new(
        "fp32, 40 calls from the thread pool, times the time of the same in turn",
        1.2,
        IsMost: true,
        Numbers.Ratio,
        Pool);

    public static readonly Target PoolInt8 = new(
        "int8, 40 calls from the thread pool, times the time of the same in turn",
        1.2,
        IsMost: true,
        Numbers.Ratio,
        Pool);

    public static readonly Target Memory = new(
        "growth of resident memory over 100,000 batches of all shapes",
        0.05,
        IsMost: true,
        Numbers.Percent,
        "ONNX Runtime's arena keeps memory for the largest shape it has met, and grows as long as larger ones come.");

    public static readonly Target CapacityOverRuns = new(
        "many callers: capacity of the queue, times that of a run for each request, the least of all length mixes and precisions",
        1.0,
        IsMost: false,
        Numbers.Ratio,
        Capacity);

    public static readonly Target CapacityOverWindows = new(
        "many callers: capacity of the queue, times that of a window of 5 ms, the least of all length mixes and precisions",
        1.0,
        IsMost: false,
        Numbers.Ratio,
        Capacity);

    public static readonly Target QuietTime = new(
        "many callers: p50 of the queue at 20 % of its capacity, times that of the bare session",
        1.1,
        IsMost: true,
        Numbers.Ratio,
        "A text goes to a worker's thread and its answer back to the caller's: two wakings, which take longer where cores are busy with something else.");

    public static readonly Target BoundedTime = new(
        "many callers: p99 of what the queue takes at 120 % of its capacity, as a part of its bound",
        1.0,
        IsMost: true,
        Numbers.Percent,
        "The bound is what may wait, over the rate at which it runs. Where other work takes a core meanwhile the rate falls, and the wait grows.");

    public static readonly Target QuickRefusal = new(
        "many callers: p99 of the time to a refusal at 120 %, in milliseconds",
        10,
        IsMost: true,
        Numbers.Whole,
        "A refusal waits for nothing but a core: all are busy with runs.");

    public static readonly Target SoakAnswers = new(
        "many callers: lost or wrong answers in the soak",
        0,
        IsMost: true,
        Numbers.Whole,
        "There is no excuse for one.");

    public static readonly Target SoakMemory = new(
        "many callers: growth of resident memory in the soak",
        0.05,
        IsMost: true,
        Numbers.Percent,
        "Each reload loads a model beside the one that is in use. What the allocator keeps of the old one depends on what else came at that time.");

    private const string Capacity =
        "Where texts are long and alike, a run of one keeps a core as busy as a run of many, and nothing is left to gain but overhead.";

    private const string Floor =
        "The floor has no padding and its batches are there before the clock starts. The plan pads a little where rows of one length do not fill a batch, and the texts are tokenized within the time.";

    private const string Outside =
        "What is outside the runs is the tokenizing, the plan, the copies into batches and the results, and, where the last batches end at different times, a core that has nothing left to do.";

    private const string Pool =
        "Calls side by side share the cores and their caches, and the last of them may have a core left over that nobody needs.";

    private const string ShortText =
        "A run on a few tokens takes so little that the call around it counts: tokenizing, a rented batch, a result of its own. The bare session is given ids, not text, and may use all cores for the one run.";

    public static IReadOnlyList<Target> All =>
        [BareLoop, TransformersDefault, TransformersDynamic, FloorFull, FloorInt8, OutsideFull, OutsideInt8, ShortTextFull, ShortTextInt8, PoolFull, PoolInt8, Memory, CapacityOverRuns, CapacityOverWindows, QuietTime, BoundedTime, QuickRefusal, SoakAnswers, SoakMemory];
}

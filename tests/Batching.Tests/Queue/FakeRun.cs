using Batching.Inference;

namespace Batching.Tests.Queue;

/// <summary>A batch that the fake model was given: the texts of its rows.</summary>
internal sealed record FakeRun(string[] Texts, CoreUse Cores, CancellationToken Stop);

namespace Batching.Tests.Scheduling;

/// <summary>A batch that the fake model was given.</summary>
internal sealed record FakeRun(string[] Texts, bool IsAlone, CancellationToken Stop);

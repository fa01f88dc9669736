using Xunit;

namespace Batching.Tests.Inference;

/// <summary>Tests that measure the process as a whole, with no other test beside them.</summary>
[CollectionDefinition(PooledMemoryTests.Alone, DisableParallelization = true)]
public sealed class RunsAlone;

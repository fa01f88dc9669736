using Xunit;

namespace Batching.Hosting.Tests;

/// <summary>Tests that listen to the process's meters and spans, or count on nobody to do so, with no other test beside them.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class ListensAlone;

using Xunit;

namespace Batching.AotTests;

/// <summary>The tests that share the packages; one after the other, for each of them keeps every core busy.</summary>
[CollectionDefinition]
public sealed class SharedPackages : ICollectionFixture<Packages>;

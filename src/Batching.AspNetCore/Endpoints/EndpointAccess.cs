namespace Batching.AspNetCore.Endpoints;

/// <summary>Who is let in, where there is a key.</summary>
internal enum EndpointAccess
{
    /// <summary>Who has the key.</summary>
    Key,

    /// <summary>Probes and scrapers, which seldom have one.</summary>
    Probe,

    /// <summary>Everybody: nothing is told.</summary>
    Open,
}

namespace Batching.AspNetCore.Requests;

/// <summary>What every request may have.</summary>
internal abstract record ModelRequest : RequestObject
{
    /// <summary>The model that is asked, which has to be the one that is served; null for that.</summary>
    public string? Model { get; init; }
}

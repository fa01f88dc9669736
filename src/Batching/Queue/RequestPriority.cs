namespace Batching;

/// <summary>Which requests go first.</summary>
public enum RequestPriority
{
    /// <summary>Somebody waits for the answer. Runs before what is in bulk. The default.</summary>
    Interactive,

    /// <summary>Work that can wait. Runs in what time is left, and at least in its share of it.</summary>
    Bulk,
}

namespace Batching;

/// <summary>How far a hosted classifier has come.</summary>
public enum HostedClassifierState
{
    /// <summary>Nothing is loaded: the host has not started, or the model could not be loaded.</summary>
    NotLoaded,

    /// <summary>The model is being loaded and warmed up. Texts are refused.</summary>
    Loading,

    /// <summary>Texts are classified. A reload does not change that.</summary>
    Ready,

    /// <summary>The host is stopping: texts are still classified, but none should be sent here any more.</summary>
    Stopping,

    /// <summary>Nothing is classified any more.</summary>
    Stopped,
}

namespace Batching.Hosting;

/// <summary>What a <see cref="FolderWatch"/> has seen.</summary>
internal enum FolderSight
{
    /// <summary>Files are others than before; whether they are whole shows when they are left alone.</summary>
    Changing,

    /// <summary>The files were touched, or copied anew, and hold what they held.</summary>
    SameContent,

    /// <summary>The files hold another model, or none.</summary>
    OtherModel,

    /// <summary>There is no folder.</summary>
    Gone,
}

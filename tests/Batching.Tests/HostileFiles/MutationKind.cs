namespace Batching.Tests.HostileFiles;

/// <summary>How a file's bytes are changed.</summary>
internal enum MutationKind
{
    Insert,
    Replace,
    ReplaceValue,
    Delete,
    Repeat,
    CopyElsewhere,
    FlipBit,
    Truncate,
}

namespace Batching.Architecture.Tests;

/// <summary>A type of one folder that uses a type of another.</summary>
internal sealed record FolderDependency(string From, string Type, string To, string UsedType)
{
    public override string ToString() => $"{(From.Length == 0 ? "." : From)}/{Type} -> {(To.Length == 0 ? "." : To)}/{UsedType}";
}

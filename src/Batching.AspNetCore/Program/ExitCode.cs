namespace Batching.AspNetCore.Program;

/// <summary>What the program ends with.</summary>
internal static class ExitCode
{
    public const int Stopped = 0;

    /// <summary>A setting cannot be.</summary>
    public const int Setting = 2;

    /// <summary>The model cannot be loaded.</summary>
    public const int Model = 3;

    /// <summary>The address cannot be listened at, because another program does, or it is none of this machine.</summary>
    public const int Address = 4;
}

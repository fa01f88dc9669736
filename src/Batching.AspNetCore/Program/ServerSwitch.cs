namespace Batching.AspNetCore.Program;

/// <summary>An option of the command line.</summary>
/// <param name="Name">As it is typed, such as <c>--port</c>.</param>
/// <param name="Key">The key of the configuration that it sets.</param>
/// <param name="Description">What it does, for <c>--help</c>; null for another name of one that says so.</param>
internal sealed record ServerSwitch(string Name, string Key, string? Description);

namespace Batching.Cli.Commands;

/// <summary>How fast two models are.</summary>
/// <param name="One">Texts a second of the first; the median of some rounds, as the others are.</param>
/// <param name="Other">Texts a second of the second.</param>
/// <param name="Ratio">How many times as fast the second is in a round.</param>
internal sealed record Speeds(double One, double Other, double Ratio);

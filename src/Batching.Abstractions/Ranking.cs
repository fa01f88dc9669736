using System.Globalization;

namespace Batching;

/// <summary>A document and how well it answers a query.</summary>
/// <param name="Index">Its index in the list that was ranked.</param>
/// <param name="Score">Its score; the higher, the better. From 0 to 1, unless the classifier's score function is another than the sigmoid.</param>
/// <param name="Document">The document.</param>
public readonly record struct Ranking(int Index, float Score, string Document)
{
    /// <summary>The index, the score and the document.</summary>
    /// <returns>For instance <c>3 (0.9987) Berlin has 3.7 million inhabitants.</c></returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Index} ({Score:0.0000}) {Document}");
}

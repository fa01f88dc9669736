using System.Text;

namespace Batching.Benchmarks.Reports;

/// <summary>What sections write: Markdown, pictures, and what was found of the targets.</summary>
internal sealed class Report
{
    /// <summary>The folder of the pictures, as the document links to it.</summary>
    public const string PictureFolder = "benchmarks";

    private readonly StringBuilder text = new();
    private readonly List<Picture> pictures = [];
    private readonly List<Finding> findings = [];

    public IReadOnlyList<Picture> Pictures => pictures;

    public IReadOnlyList<Finding> Findings => findings;

    /// <summary>How the heading of a section begins; of any section, where the name is empty.</summary>
    public static string AnchorOf(string name) => name.Length == 0 ? "<a name=\"" : $"<a name=\"{name}\"></a>";

    public void Heading(string anchor, string title) => Paragraph($"{AnchorOf(anchor)}\n## {title}");

    public void Paragraph(string words) => text.Append(words).Append("\n\n");

    public void Code(string code) => Paragraph($"```\n{code}\n```");

    public void Table(Table table) => text.Append(table).Append('\n');

    /// <param name="picture">The picture.</param>
    /// <param name="description">What it shows, for those who do not see it.</param>
    public void Picture(Picture picture, string description)
    {
        pictures.Add(picture);
        Paragraph($"![{description}]({PictureFolder}/{picture.FileName})");
    }

    public void Finding(Finding finding) => findings.Add(finding);

    /// <summary>Says what was not measured, and why.</summary>
    public void LeftOut(string what) => Paragraph($"Left out: {what}");

    public override string ToString() => text.ToString();
}

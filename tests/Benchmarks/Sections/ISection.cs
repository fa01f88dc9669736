using Batching.Benchmarks.Reports;

namespace Batching.Benchmarks.Sections;

/// <summary>A part of the document, which can be measured alone.</summary>
internal interface ISection
{
    /// <summary>What the command line calls it, and links to it.</summary>
    string Name { get; }

    string Title { get; }

    void Write(Settings settings, Report report);
}

namespace Classify.Inputs;

/// <summary>How rows lie in a file.</summary>
internal enum FileFormat
{
    /// <summary>A text a line.</summary>
    Txt,

    /// <summary>A header and rows of fields between commas, quoted where needed (RFC 4180).</summary>
    Csv,

    /// <summary>A header and rows of fields between tabs; quotes are ordinary characters, as in the GLUE data sets.</summary>
    Tsv,

    /// <summary>A JSON object a line.</summary>
    Jsonl,

    /// <summary>Apache Parquet.</summary>
    Parquet,
}

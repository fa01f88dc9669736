namespace Batching;

/// <summary>How the rows of a file are written.</summary>
public enum RowFormat
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

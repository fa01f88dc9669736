using System.Text.Json.Serialization;

namespace Batching.Rows.Outputs;

/// <summary>The JSON of <see cref="ResumeState"/>, read and written without reflection.</summary>
[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(SortedDictionary<string, string>))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class ResumeJson : JsonSerializerContext;

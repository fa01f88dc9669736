using System.Text.Json.Serialization;

namespace Batching.AspNetCore.Requests;

/// <summary>What kind of error it is: <c>error_type</c> of text-embeddings-inference.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ErrorType>))]
internal enum ErrorType
{
    /// <summary>The request is not as it has to be.</summary>
    Validation,

    /// <summary>A text cannot be tokenized.</summary>
    Tokenizer,

    /// <summary>The model cannot be run on it, or cannot do this.</summary>
    Backend,

    /// <summary>There is no room now.</summary>
    Overloaded,

    /// <summary>There is no text.</summary>
    Empty,

    /// <summary>No model is ready.</summary>
    Unhealthy,
}

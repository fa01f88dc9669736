using Microsoft.OpenApi;

namespace Batching.AspNetCore.Endpoints;

/// <summary>Describes the texts of a request.</summary>
/// <param name="request">The request.</param>
/// <param name="maxTexts">The most texts of one request.</param>
internal sealed class TextSchemas(OpenApiSchema request, int maxTexts)
{
    /// <summary>A text that is not empty.</summary>
    public static OpenApiSchema Text() => new() { Type = JsonSchemaType.String, MinLength = 1 };

    /// <summary>A text that may be empty.</summary>
    public static OpenApiSchema AnyText() => new() { Type = JsonSchemaType.String };

    /// <summary>One of several forms.</summary>
    public static OpenApiSchema OneOf(params OpenApiSchema[] forms) => new() { OneOf = [.. forms] };

    /// <summary>A list of at least one and at most as many as the server takes.</summary>
    public OpenApiSchema List(OpenApiSchema items) => new()
    {
        Type = JsonSchemaType.Array,
        MinItems = 1,
        MaxItems = maxTexts,
        Items = items,
    };

    /// <summary>Describes a member, which a request has to have.</summary>
    /// <param name="member">Its name.</param>
    /// <param name="description">What it is.</param>
    /// <param name="forms">What it may look like.</param>
    public void Set(string member, string description, params OpenApiSchema[] forms)
    {
        OpenApiSchema schema = forms is [var only] ? only : OneOf(forms);
        schema.Description = description;
        request.Properties![member] = schema;
        (request.Required ??= new HashSet<string>(StringComparer.Ordinal)).Add(member);
    }
}

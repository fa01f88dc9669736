using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Server.Contract;

/// <summary>Describes the texts of requests, which come in several forms, and are any JSON to the code that reads the rest.</summary>
/// <param name="maxTexts">The most texts of one request.</param>
internal sealed class InputSchemas(int maxTexts) : IOpenApiSchemaTransformer
{
    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        Type type = context.JsonTypeInfo.Type;
        if (type == typeof(PredictRequest))
        {
            Set(schema, "inputs", "A text; a list of one text or of the two of a pair; or a batch of such lists.", [Text(), OneText(), Pair(), List(OneOf(OneText(), Pair()))]);
        }
        else if (type == typeof(InferenceRequest))
        {
            Set(schema, "inputs", "A text, a pair as an object, or a list of such.", [Text(), TextOrPairObject(), List(OneOf(Text(), TextOrPairObject()))]);
        }
        else if (type == typeof(TokenizeRequest))
        {
            Set(schema, "inputs", "A text, or a list of texts.", [Text(), List(Text())]);
        }
        else if (type == typeof(InspectRequest))
        {
            Set(schema, "inputs", "A text, or a list of texts, which are padded to one batch.", [Text(), List(Text())]);
        }
        else if (type == typeof(RerankRequest))
        {
            Set(schema, "query", "The text that the others answer, which may be empty.", [AnyText()]);
            Set(schema, "texts", "The texts to rank: one, or a list. Any may be empty.", [AnyText(), List(AnyText())]);
        }

        if (type.IsAssignableTo(typeof(ModelRequest)) || type == typeof(InferenceParameters) || type == typeof(InferenceOptions))
        {
            schema.AdditionalPropertiesAllowed = false;
        }

        return Task.CompletedTask;
    }

    private static void Set(OpenApiSchema request, string member, string description, OpenApiSchema[] forms)
    {
        OpenApiSchema schema = forms is [var only] ? only : OneOf(forms);
        schema.Description = description;
        request.Properties![member] = schema;
        (request.Required ??= new HashSet<string>(StringComparer.Ordinal)).Add(member);
    }

    private static OpenApiSchema OneOf(params OpenApiSchema[] forms) => new() { OneOf = [.. forms] };

    private static OpenApiSchema Text() => new() { Type = JsonSchemaType.String, MinLength = 1 };

    private static OpenApiSchema AnyText() => new() { Type = JsonSchemaType.String };

    private static OpenApiSchema OneText() => new()
    {
        Type = JsonSchemaType.Array,
        MinItems = 1,
        MaxItems = 1,
        Items = Text(),
        Description = "One text.",
    };

    private static OpenApiSchema Pair() => new()
    {
        Type = JsonSchemaType.Array,
        MinItems = 2,
        MaxItems = 2,
        Items = AnyText(),
        Description = "The two texts of a pair, one of which may be empty.",
    };

    private static OpenApiSchema TextOrPairObject() => new()
    {
        Type = JsonSchemaType.Object,
        Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
        {
            ["text"] = AnyText(),
            ["text_pair"] = new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null },
        },
        Required = new HashSet<string>(StringComparer.Ordinal) { "text" },
        Description = "A text and its pair, one of which may be empty; or a text alone.",
    };

    private OpenApiSchema List(OpenApiSchema items) => new()
    {
        Type = JsonSchemaType.Array,
        MinItems = 1,
        MaxItems = maxTexts,
        Items = items,
    };
}

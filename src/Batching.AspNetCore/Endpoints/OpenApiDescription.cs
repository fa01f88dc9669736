using System.Text.Json.Serialization;
using Batching.AspNetCore.Messages;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace Batching.AspNetCore.Endpoints;

/// <summary>The document that describes the endpoints, and no others of the application.</summary>
internal static class OpenApiDescription
{
    /// <summary>The document's name, and that of the group that the endpoints are in.</summary>
    public const string Name = "classifiers";

    /// <param name="services">The services.</param>
    /// <param name="endpoints">What is described.</param>
    public static IServiceCollection AddOpenApiDescription(this IServiceCollection services, IReadOnlyList<EndpointRegistration> endpoints)
    {
        services.AddOpenApi(Name, document =>
        {
            document.ShouldInclude = static description => string.Equals(description.GroupName, Name, StringComparison.Ordinal);
            document.AddSchemaTransformer((schema, context, _) =>
            {
                Describe(schema, context, endpoints);
                return Task.CompletedTask;
            });
        });
        return services.ConfigureHttpJsonOptions(json => ContractTypes.AddTo(json.SerializerOptions, endpoints));
    }

    private static void Describe(OpenApiSchema schema, OpenApiSchemaTransformerContext context, IReadOnlyList<EndpointRegistration> endpoints)
    {
        Type type = context.JsonTypeInfo.Type;
        if (endpoints.FirstOrDefault(endpoint => endpoint.Description.Request?.Type.Type == type)?.Description.Request is { } request)
        {
            ClassifierServerOptions options = context.ApplicationServices.GetRequiredService<IOptions<ClassifierServerOptions>>().Value;
            request.Texts(new TextSchemas(schema, options.MaxClientBatchSize));
        }

        if (type.IsAssignableTo(typeof(RequestObject)))
        {
            schema.AdditionalPropertiesAllowed = false;
        }

        // Of numbers that may be null the application's options say as well whether they may be texts.
        if (context.JsonPropertyInfo?.NumberHandling == JsonNumberHandling.Strict && (schema.Type & (JsonSchemaType.Integer | JsonSchemaType.Number)) != 0)
        {
            schema.Type &= ~JsonSchemaType.String;
            schema.Pattern = null;
        }
    }
}

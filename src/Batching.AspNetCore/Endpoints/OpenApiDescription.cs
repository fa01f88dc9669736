using System.Text.Json.Serialization;
using Batching.AspNetCore.Requests;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace Batching.AspNetCore.Endpoints;

/// <summary>The document that describes the endpoints, and no others of the application.</summary>
internal static class OpenApiDescription
{
    /// <summary>The document's name, and that of the group that the endpoints are in.</summary>
    public const string Name = "classifiers";

    public static IServiceCollection AddOpenApiDescription(this IServiceCollection services)
    {
        services.AddOpenApi(Name, static document =>
        {
            document.ShouldInclude = static description => string.Equals(description.GroupName, Name, StringComparison.Ordinal);
            document.AddSchemaTransformer<ContractSchemas>();
        });
        return services.ConfigureHttpJsonOptions(static json => ContractTypes.AddTo(json.SerializerOptions));
    }

    private sealed class ContractSchemas(IOptions<ClassifierServerOptions> options) : IOpenApiSchemaTransformer
    {
        public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
        {
            Type type = context.JsonTypeInfo.Type;
            if (EndpointTable.All.FirstOrDefault(endpoint => endpoint.Description.Request?.Type.Type == type) is { } asked)
            {
                asked.Description.Request!.Texts(new TextSchemas(schema, options.Value.MaxClientBatchSize));
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

            return Task.CompletedTask;
        }
    }
}

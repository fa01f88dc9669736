using Batching.AspNetCore.Requests;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.OpenApi;

namespace Batching.AspNetCore.Endpoints;

/// <summary>Maps an endpoint as it describes itself.</summary>
internal static class EndpointMapping
{
    private const string Json = "application/json";
    private const string Tag = "Batching";

    // As HTTP has it of every GET, and as container health checks ask; the server sends no body then.
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];
    private static readonly string[] Asking = [HttpMethods.Post];

    public static void Map(this IEndpointRouteBuilder routes, EndpointRegistration endpoint)
    {
        EndpointDescription description = endpoint.Description;
        EndpointGuard guard = routes.ServiceProvider.GetRequiredService<EndpointGuard>();
        RequestDelegate answer = context => guard.AnswerAsync(context, endpoint);
        IEndpointConventionBuilder mapped = routes
            .MapMethods(description.Path, description.Request is null ? Reading : Asking, answer)
            .WithMetadata(description);
        if (description.Summary is null)
        {
            mapped.ExcludeFromDescription();
            return;
        }

        // The method is what the description of an API looks for.
        mapped.WithMetadata(answer.Method).WithSummary(description.Summary).WithTags(Tag);
        if (description.Request is { } request)
        {
            mapped.WithMetadata(new AcceptsMetadata([Json], request.Type.Type));
        }

        if (description.Answer is { } type)
        {
            mapped.WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, type.Type, [Json]));
        }

        foreach (int status in description.Errors)
        {
            mapped.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(ErrorBody), [Json]));
        }

        if (description.AnswersOneOrMany)
        {
            mapped.AddOpenApiOperationTransformer(static (operation, _, _) => DescribeOneOrMany(operation));
        }
    }

    private static Task DescribeOneOrMany(OpenApiOperation operation)
    {
        OpenApiMediaType answer = operation.Responses!["200"].Content![Json];
        answer.Schema = new OpenApiSchema { OneOf = [answer.Schema!.Items!, answer.Schema!] };
        return Task.CompletedTask;
    }
}

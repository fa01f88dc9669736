using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Batching.AspNetCore.Endpoints;

/// <summary>
/// The messages of the endpoints, as they are described: with the application's own options for JSON, by which every document of
/// OpenAPI is made, and yet with the names that they are read and written by.
/// </summary>
internal sealed class ContractTypes : IJsonTypeInfoResolver
{
    private static readonly IJsonTypeInfoResolver[] Contexts =
    [
        .. EndpointTable.All
            .SelectMany(endpoint => (JsonTypeInfo?[])[endpoint.Description.Request?.Type, endpoint.Description.Answer])
            .Select(type => type?.OriginatingResolver)
            .Append(Requests.AnswerJson.Readable)
            .OfType<JsonSerializerContext>()
            .Distinct(),
    ];

    /// <summary>Adds the messages to an application's types, all of whose own stay as they are.</summary>
    public static void AddTo(JsonSerializerOptions options)
    {
        options.TypeInfoResolverChain.Insert(0, new ContractTypes());

        // What the messages are made of, such as numbers, where nobody knows of them.
        foreach (IJsonTypeInfoResolver context in Contexts)
        {
            options.TypeInfoResolverChain.Add(context);
        }
    }

    public JsonTypeInfo? GetTypeInfo(Type type, JsonSerializerOptions options)
    {
        if (type.Assembly != typeof(ContractTypes).Assembly)
        {
            return null;
        }

        foreach (IJsonTypeInfoResolver context in Contexts)
        {
            if (context.GetTypeInfo(type, options) is { } described)
            {
                NameAsWritten(described, ((JsonSerializerContext)context).GetTypeInfo(type)!);
                return described;
            }
        }

        return null;
    }

    private static void NameAsWritten(JsonTypeInfo described, JsonTypeInfo written)
    {
        for (int i = 0; i < described.Properties.Count; i++)
        {
            described.Properties[i].Name = written.Properties[i].Name;
            described.Properties[i].NumberHandling = JsonNumberHandling.Strict;
        }
    }
}

using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Server.Requests;

/// <summary>Reads the JSON of requests.</summary>
internal sealed class RequestBody(ServerOptions options)
{
    /// <exception cref="RequestException">It is empty, too large, or not the JSON that it has to be.</exception>
    public async ValueTask<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        if (context.Request.ContentLength > options.MaxBodyBytes)
        {
            throw RequestException.TooLarge(options.MaxBodyBytes);
        }

        PipeReader reader = context.Request.BodyReader;
        while (true)
        {
            ReadResult read = await reader.ReadAsync(context.RequestAborted);
            bool isTooLarge = read.Buffer.Length > options.MaxBodyBytes;
            if (!isTooLarge && !read.IsCompleted)
            {
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }

            try
            {
                return isTooLarge ? throw RequestException.TooLarge(options.MaxBodyBytes) : Parse(context.Request, read.Buffer, type);
            }
            finally
            {
                reader.AdvanceTo(read.Buffer.End);
            }
        }
    }

    private static T Parse<T>(HttpRequest request, ReadOnlySequence<byte> json, JsonTypeInfo<T> type)
        where T : class
    {
        if (json.IsEmpty)
        {
            throw RequestException.Empty("The body is empty. Send JSON, such as {\"inputs\": \"a text\"}.");
        }

        if (!request.HasJsonContentType())
        {
            throw RequestException.NotJson(request.ContentType);
        }

        try
        {
            var reader = new Utf8JsonReader(json);
            T? value = JsonSerializer.Deserialize(ref reader, type);

            // Anything after it is an error of its own.
            reader.Read();
            return value ?? throw RequestException.Invalid("The body is null. Send a JSON object, such as {\"inputs\": \"a text\"}.");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw RequestException.Invalid($"The body is not the JSON that is expected here: {exception.Message}", exception);
        }
    }
}

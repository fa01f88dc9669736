using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Batching.AspNetCore.Admission;
using Microsoft.Extensions.Options;

namespace Batching.AspNetCore.Requests;

/// <summary>Reads the JSON of requests.</summary>
internal sealed class RequestBody(IOptions<ClassifierServerOptions> options, ServedModel model)
{
    /// <summary>Reads the body, when the request begins to count as one under way.</summary>
    /// <exception cref="RequestException">It is empty, too large, too slow, not the JSON that it has to be, or there is no room for it.</exception>
    public async ValueTask<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : ModelRequest
    {
        if (context.Request.ContentLength > options.Value.MaxBodyBytes)
        {
            throw RequestException.TooLarge(options.Value.MaxBodyBytes);
        }

        RequestCharge charge = RequestCharge.Of(context);
        PipeReader reader = context.Request.BodyReader;
        using var time = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        time.CancelAfter(options.Value.TransferTimeout);
        while (true)
        {
            ReadResult read = await ReadAsync(context, reader, time.Token);
            SequencePosition consumed = read.Buffer.End;
            try
            {
                if (read.Buffer.Length > options.Value.MaxBodyBytes)
                {
                    throw RequestException.TooLarge(options.Value.MaxBodyBytes);
                }

                charge.Receive(read.Buffer.Length);
                if (read.IsCompleted)
                {
                    charge.Begin(read.Buffer.Length);
                    T request = Parse(context.Request, read.Buffer, type, options.Value.MaxClientBatchSize);
                    model.ThrowIfOther(request.Model);
                    return request;
                }

                consumed = read.Buffer.Start;
            }
            finally
            {
                reader.AdvanceTo(consumed, read.Buffer.End);
            }
        }
    }

    private async ValueTask<ReadResult> ReadAsync(HttpContext context, PipeReader reader, CancellationToken time)
    {
        try
        {
            return await reader.ReadAsync(time);
        }
        catch (OperationCanceledException) when (time.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            // What may still come of it is not the next request.
            context.Response.Headers.Connection = "close";
            throw RequestException.TooSlow(options.Value.TransferTimeout);
        }
    }

    private static T Parse<T>(HttpRequest request, ReadOnlySequence<byte> json, JsonTypeInfo<T> type, int mostTexts)
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
            BodyMembers.Check(json, type, mostTexts);
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

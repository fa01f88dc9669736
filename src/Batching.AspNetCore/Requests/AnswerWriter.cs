using System.Text.Json.Serialization.Metadata;
using Batching.AspNetCore.Admission;
using Microsoft.Extensions.Options;

namespace Batching.AspNetCore.Requests;

/// <summary>Sends answers, for which there has to be room before they are made.</summary>
internal sealed class AnswerWriter(IOptions<ClassifierServerOptions> options)
{
    /// <summary>Counts an answer before it is made.</summary>
    /// <param name="context">The request.</param>
    /// <param name="bytes">How long it is at most, as JSON; see <see cref="AnswerSize"/>.</param>
    /// <exception cref="RequestException">It is longer than the server answers, or there is no room for it.</exception>
    public void Reserve(HttpContext context, long bytes)
    {
        if (bytes > options.Value.MaxAnswerBytes)
        {
            throw RequestException.Invalid(
                $"The answer would have up to {bytes} bytes, and the server sends at most {options.Value.MaxAnswerBytes}. Send fewer or shorter texts at a time, or ask for less of each.");
        }

        // What it is made of is about as large as the JSON.
        RequestCharge.Of(context).Spend(2 * bytes);
    }

    /// <summary>Sends an answer, to a client that takes it in time.</summary>
    public async Task WriteAsync<T>(HttpContext context, T answer, JsonTypeInfo<T> type)
    {
        RequestCharge.Of(context).End();
        using var time = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        time.CancelAfter(options.Value.TransferTimeout);
        try
        {
            await context.Response.WriteAsJsonAsync(answer, type, cancellationToken: time.Token);
        }
        catch (OperationCanceledException) when (context.Response.HasStarted)
        {
            // A part of it has been sent, and the rest cannot be said otherwise.
            context.Abort();
        }
    }
}

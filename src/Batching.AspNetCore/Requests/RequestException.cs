
namespace Batching.AspNetCore.Requests;

/// <summary>A request that is answered with an error.</summary>
internal sealed class RequestException : Exception
{
    public RequestException(ErrorType type, int status, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Type = type;
        Status = status;
    }

    public ErrorType Type { get; }

    public int Status { get; }

    /// <summary>After what time to try again, where that is of use.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public static RequestException Invalid(string message, Exception? innerException = null) =>
        new(ErrorType.Validation, StatusCodes.Status422UnprocessableEntity, message, innerException);

    public static RequestException Empty(string message) => new(ErrorType.Empty, StatusCodes.Status400BadRequest, message);

    public static RequestException Overloaded(string message, TimeSpan retryAfter, Exception? innerException = null) =>
        new(ErrorType.Overloaded, StatusCodes.Status429TooManyRequests, message, innerException) { RetryAfter = retryAfter };

    public static RequestException Unhealthy(string message, Exception? innerException = null) =>
        new(ErrorType.Unhealthy, StatusCodes.Status503ServiceUnavailable, message, innerException);

    public static RequestException Loading() =>
        new(ErrorType.Unhealthy, StatusCodes.Status503ServiceUnavailable, "The model is still being loaded. Try again in a moment.")
        {
            RetryAfter = TimeSpan.FromSeconds(1),
        };

    public static RequestException NotJson(string? contentType) => new(
        ErrorType.Validation,
        StatusCodes.Status415UnsupportedMediaType,
        $"The content type is {(contentType is null ? "missing" : $"'{contentType}'")}. Send JSON, with the header 'Content-Type: application/json'.");

    public static RequestException TooSlow(TimeSpan limit) => new(
        ErrorType.Validation,
        StatusCodes.Status408RequestTimeout,
        $"The body did not come within {limit.TotalSeconds} s, as long as the server waits for one. Send it faster, or fewer texts at a time.");

    public static RequestException TooLarge(long limit) => new(
        ErrorType.Validation,
        StatusCodes.Status413PayloadTooLarge,
        $"The body has more than the {limit} bytes that the server takes. Send fewer or shorter texts at a time.");
}

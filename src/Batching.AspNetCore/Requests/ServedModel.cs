using Batching;
using Server.Contract;

namespace Server.Requests;

/// <summary>The model that is served, by its name.</summary>
internal sealed class ServedModel(ServerOptions options, HostedClassifier classifier)
{
    private const string DefaultModel = "distilbert-l6-h384-uncased-sst2";

    public string Name => options.ModelId
        ?? (classifier.ModelFolder is { } folder ? Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)) : DefaultModel);

    /// <param name="asked">The name that a request has; null for none.</param>
    /// <exception cref="RequestException">It is another's.</exception>
    public void ThrowIfOther(string? asked)
    {
        if (asked is not null && !string.Equals(asked, Name, StringComparison.Ordinal))
        {
            throw new RequestException(
                ErrorType.Validation,
                StatusCodes.Status404NotFound,
                $"The model '{asked}' is not served here. Leave `model` out, or ask for '{Name}', the only one.");
        }
    }
}

using Microsoft.Extensions.Options;

namespace Batching.AspNetCore.Requests;

/// <summary>The model that is served, by its name.</summary>
internal sealed class ServedModel(IOptions<ClassifierServerOptions> options, HostedClassifier classifier)
{
    // Where neither the options nor a folder tell.
    private const string Nameless = "classifier";

    public string Name => options.Value.ModelId
        ?? (classifier.ModelFolder is { } folder ? Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)) : Nameless);

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

using Microsoft.Extensions.Options;

namespace Batching.AspNetCore.Settings;

/// <summary>Refuses options that are out of their ranges.</summary>
internal sealed class ClassifierServerOptionsValidator : IValidateOptions<ClassifierServerOptions>
{
    public ValidateOptionsResult Validate(string? name, ClassifierServerOptions options)
    {
        string[] failures = [.. Failures(options)];
        return failures.Length > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }

    private static IEnumerable<string> Failures(ClassifierServerOptions options)
    {
        foreach ((string name, long value, long least) in ((string, long, long)[])
            [
                (nameof(options.MaxConcurrentRequests), options.MaxConcurrentRequests, 1),
                (nameof(options.MaxClientBatchSize), options.MaxClientBatchSize, 1),
                (nameof(options.MaxBodyBytes), options.MaxBodyBytes, 1),
                (nameof(options.MaxAnswerBytes), options.MaxAnswerBytes, 1),
                (nameof(options.MaxBytesUnderWay), options.MaxBytesUnderWay, 1 << 20),
            ])
        {
            if (value < least)
            {
                yield return $"{name} is {value}; it has to be at least {least}.";
            }
        }

        if (options.TransferTimeout <= TimeSpan.Zero || options.TransferTimeout > TimeSpan.FromDays(1))
        {
            yield return $"{nameof(options.TransferTimeout)} is {options.TransferTimeout}; it has to be above zero and at most a day.";
        }

        if (options.ApiKey is { Length: 0 })
        {
            yield return $"{nameof(options.ApiKey)} is empty, which every client would know. Give a key, or remove the setting.";
        }
        else if (options.ApiKey is { } key && (char.IsWhiteSpace(key[0]) || char.IsWhiteSpace(key[^1]) || key.Any(char.IsControl)))
        {
            yield return $"{nameof(options.ApiKey)} has white space at an end or a control character in it, which no header can carry. Remove it, as the line feed at the end of a file.";
        }
    }
}

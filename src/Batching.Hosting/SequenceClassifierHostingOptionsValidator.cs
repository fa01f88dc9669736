using Microsoft.Extensions.Options;

namespace Batching.Hosting;

/// <summary>Refuses options that are out of their ranges or contradict one another, all at once.</summary>
internal sealed class SequenceClassifierHostingOptionsValidator : IValidateOptions<SequenceClassifierHostingOptions>
{
    // In whole days, the longest time that timers take.
    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(49);

    public ValidateOptionsResult Validate(string? name, SequenceClassifierHostingOptions options)
    {
        string classifier = string.IsNullOrEmpty(name) ? "The sequence classifier" : $"The sequence classifier '{name}'";
        List<string> failures = [];
        if (options.ModelFolder is null && options.Load is null)
        {
            Refuse(
                $"has no model. Set {nameof(options.ModelFolder)} to a folder as Hugging Face lays it out, or {nameof(options.Load)}, for instance to (_, settings) => Sst2.Load(settings)");
        }
        else if (options.ModelFolder is not null && options.Load is not null)
        {
            Refuse(
                $"has both the {nameof(options.ModelFolder)} '{options.ModelFolder}' and {nameof(options.Load)}, which load the same model. Set one of the two");
        }
        else if (options.ModelFolder is not null && string.IsNullOrWhiteSpace(options.ModelFolder))
        {
            Refuse($"has the {nameof(options.ModelFolder)} '{options.ModelFolder}', which is no path. Set it to the model's folder");
        }

        if (options.Precision is { } precision)
        {
            Defined(precision, nameof(options.Precision));
        }

        if (options.ModelFile is not null && string.IsNullOrWhiteSpace(options.ModelFile))
        {
            Refuse($"has the {nameof(options.ModelFile)} '{options.ModelFile}', which is no name. Leave it out for the file of the {nameof(options.Precision)}");
        }

        AtLeastOne(options.MaxLength, nameof(options.MaxLength), "tokens");
        Defined(options.LongText, nameof(options.LongText));
        Defined(options.WindowPooling, nameof(options.WindowPooling));
        if (options.Stride < 0)
        {
            Refuse($"has the {nameof(options.Stride)} {options.Stride}; it has to be at least 0, and less than the tokens of a text that a window holds");
        }

        AtLeastOne(options.Parallelism, nameof(options.Parallelism), "batches side by side");
        AtLeastOne(options.MaxTokensWaiting, nameof(options.MaxTokensWaiting), "tokens");
        AtLeastOne(options.MaxTokensWaitingPerClient, nameof(options.MaxTokensWaitingPerClient), "tokens");
        AboveZero(options.RequestTimeout, nameof(options.RequestTimeout), "Leave it out for no limit");
        AboveZero(options.StallTimeout, nameof(options.StallTimeout), "Set it to more than the longest batch takes");
        AboveZero(options.ReloadDelay, nameof(options.ReloadDelay), "Set it to more than files take to be copied");
        AboveZero(options.ReloadCheckInterval, nameof(options.ReloadCheckInterval), "Set it to as long as a change may go unnoticed");
        if (options.ShutdownGrace != Timeout.InfiniteTimeSpan && (options.ShutdownGrace < TimeSpan.Zero || options.ShutdownGrace > LongestTime))
        {
            Refuse(
                $"has the {nameof(options.ShutdownGrace)} {options.ShutdownGrace}; it has to be from zero to {LongestTime.Days} days, or {Timeout.InfiniteTimeSpan} to wait for all requests");
        }

        if (options.ReloadOnChange && options.ModelFolder is null)
        {
            Refuse(
                $"has {nameof(options.ReloadOnChange)} set and no {nameof(options.ModelFolder)} whose files could change. Set {nameof(options.ModelFolder)}, or unset {nameof(options.ReloadOnChange)}");
        }

        if (failures.Count == 0)
        {
            Check(() => options.ToClassifierOptions(""), "a model that cannot be loaded");
            Check(() => options.ToQueueOptions().Validate(), "a queue that cannot be made");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Refuse(string what) => failures.Add($"{classifier} {what}.");

        void Defined<T>(T value, string option)
            where T : struct, Enum
        {
            if (!Enum.IsDefined(value))
            {
                Refuse($"has the {option} {value}; it has to be one of {string.Join(", ", Enum.GetNames<T>())}");
            }
        }

        void AtLeastOne(int? value, string option, string unit)
        {
            if (value < 1)
            {
                Refuse($"has the {option} {value}; it has to be at least 1, in {unit}");
            }
        }

        void AboveZero(TimeSpan? value, string option, string fix)
        {
            if (value <= TimeSpan.Zero || value > LongestTime)
            {
                Refuse($"has the {option} {value}; it has to be above zero and at most {LongestTime.Days} days. {fix}");
            }
        }

        // What the application changed besides is not this type's own to check.
        void Check(Action act, string what)
        {
            try
            {
                act();
            }
            catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
            {
                // The parameter that the message may end with is none of the application's.
                string parameter = $" (Parameter '{(exception as ArgumentException)?.ParamName}')";
                string sentence = exception.Message.Replace(parameter, "", StringComparison.Ordinal);
                failures.Add($"{classifier} has {what}. {sentence}");
            }
        }
    }
}

using System.Globalization;
using Batching.AspNetCore.Telemetry;
using Microsoft.Extensions.Options;

namespace Batching.AspNetCore.Requests;

/// <summary>Has the texts of a request classified, within the limits of the server.</summary>
internal sealed class RequestRunner(
    HostedClassifier classifier, IOptions<ClassifierServerOptions> options, IOptionsMonitor<SequenceClassifierHostingOptions> hosting, ServerMetrics metrics)
{
    private static readonly EncodingOptions Whole = new() { Truncation = TruncationStrategy.None };
    private static readonly EncodingOptions CutAtLeft = new() { TruncationSide = TruncationSide.Left };
    private static readonly EncodingOptions CutAtRight = new() { TruncationSide = TruncationSide.Right };

    private readonly RequestOptions defaults = RequestOptions.Default with { Timeout = hosting.Get(Options.DefaultName).RequestTimeout };

    /// <summary>The model that is loaded.</summary>
    /// <exception cref="RequestException">No model is ready.</exception>
    public SequenceClassifier Classifier
    {
        get
        {
            ThrowIfNotServing();
            return classifier.Classifier;
        }
    }

    /// <summary>The most tokens of a request, all of whose texts may have to wait.</summary>
    public int MostTokens { get; } = hosting.Get(Options.DefaultName).MaxTokensWaiting;

    /// <summary>Classifies texts, and tells in the response's headers where the time went.</summary>
    /// <param name="context">The request. Nothing more is done for one that was aborted.</param>
    /// <param name="inputs">The texts.</param>
    /// <param name="truncate">Whether texts that are too long are cut; null for the server's setting.</param>
    /// <param name="direction">The end that is to be cut; null for the tokenizer's own.</param>
    /// <exception cref="RequestException">The texts are too long, or no model is ready.</exception>
    public async Task<IReadOnlyList<Classification>> RunAsync(HttpContext context, TextInput[] inputs, bool? truncate, string? direction)
    {
        ThrowIfTooManyCharacters(inputs);
        EncodingOptions? encoding = ReadDirection(direction);
        ThrowIfNotServing();
        bool cuts = truncate ?? options.Value.AutoTruncate;

        // What is windowed is not cut anyway, and need not be refused for its length.
        bool windows = classifier.Classifier.LongText == LongText.Windows;
        if (!cuts && !windows)
        {
            ThrowIfTooLong(inputs);
        }

        RequestOptions request = defaults with
        {
            ClientKey = context.Connection.RemoteIpAddress?.ToString(),
            Encoding = windows ? null : cuts ? encoding : Whole,
        };
        RequestResult result;
        long start = TimeProvider.System.GetTimestamp();
        try
        {
            result = await classifier.SubmitAsync(inputs, request, context.RequestAborted);
        }
        catch (ArgumentException exception)
        {
            throw RequestException.Invalid(exception.Message, exception);
        }

        metrics.Answered(result);
        AddHeaders(context.Response.Headers, inputs, result, TimeProvider.System.GetElapsedTime(start));
        return result.Classifications;
    }

    /// <exception cref="RequestException">No model is ready.</exception>
    public void ThrowIfNotServing()
    {
        switch (classifier.State)
        {
            case HostedClassifierState.Ready or HostedClassifierState.Stopping:
                return;
            case HostedClassifierState.Loading:
                throw RequestException.Loading();
            case var state:
                throw RequestException.Unhealthy($"The classifier is not ready; its state is {state}.");
        }
    }

    // Spelled as text-embeddings-inference takes it.
    private static EncodingOptions? ReadDirection(string? direction) => direction switch
    {
        null => null,
        "Left" or "left" => CutAtLeft,
        "Right" or "right" => CutAtRight,
        _ => throw RequestException.Invalid($"`truncation_direction` is '{direction}'; it has to be 'Left' or 'Right'."),
    };

    // A query is tokenized once more for every text that it is paired with.
    private void ThrowIfTooManyCharacters(TextInput[] inputs)
    {
        long characters = inputs.Sum(input => (long)input.Text.Length + (input.Pair?.Length ?? 0));
        if (characters > options.Value.MaxBodyBytes)
        {
            throw RequestException.Invalid(
                $"The texts have {characters} characters, the query counted with each text, and the server takes at most {options.Value.MaxBodyBytes} of a request. Send fewer or shorter texts at a time.");
        }
    }

    private void ThrowIfTooLong(TextInput[] inputs)
    {
        SequenceTokenizer tokenizer = classifier.Classifier.Tokenizer;
        for (int i = 0; i < inputs.Length && tokenizer.MaxLength is { } limit; i++)
        {
            int length = tokenizer.Encode(inputs[i], Whole).InputIds.Count;
            if (length > limit)
            {
                throw RequestException.Invalid(
                    $"`inputs` must have at most {limit} tokens. Given: {length}{(inputs.Length > 1 ? $" in text {i}" : "")}. Shorten the text, or send \"truncate\": true.");
            }
        }
    }

    private static void AddHeaders(IHeaderDictionary headers, TextInput[] inputs, RequestResult result, TimeSpan total)
    {
        headers["x-compute-type"] = "cpu";
        headers["x-compute-time"] = Milliseconds(total);
        headers["x-compute-characters"] = inputs.Sum(input => ScalarsOf(input.Text) + ScalarsOf(input.Pair)).ToString(CultureInfo.InvariantCulture);
        headers["x-compute-tokens"] = result.Classifications.Sum(text => text.TokenCount).ToString(CultureInfo.InvariantCulture);
        headers["x-total-time"] = Milliseconds(total);
        headers["x-tokenization-time"] = Milliseconds(result.TokenizationTime);
        headers["x-queue-time"] = Milliseconds(result.WaitTime);
        headers["x-inference-time"] = Milliseconds(result.RunTime);
    }

    private static string Milliseconds(TimeSpan time) => ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);

    private static int ScalarsOf(string? text) => text is null ? 0 : text.Length - text.Count(char.IsLowSurrogate);
}

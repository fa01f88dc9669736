using System.Diagnostics;
using Batching.Hosting;
using Microsoft.Extensions.Logging;

namespace Batching;

/// <summary>
/// A classifier in an application's services: a model behind a queue, loaded and warmed up when the host starts or in the
/// background, reloaded without dropping a request, and stopped with the host.
/// </summary>
/// <remarks>
/// <para>
/// Most code takes it as an <see cref="ISequenceClassifier"/>. This type is for what else an application does with it:
/// lists, priorities, deadlines and clients' shares (<see cref="RequestOptions"/>), reloads, and figures for dashboards.
/// </para>
/// <para>Thread-safe. The services dispose of it.</para>
/// </remarks>
public sealed partial class HostedClassifier : ISequenceClassifier, IDisposable, IAsyncDisposable
{
    private readonly SequenceClassifierHostingOptions hostingOptions;
    private readonly HostingTelemetry telemetry;
    private readonly TimeProvider timeProvider;
    private readonly ILogger logger;
    private readonly ServingSlot slot;
    private readonly ServingModelLoader loader;
    private readonly QueueFullness fullness;
    private readonly CancellationTokenSource stopping = new();
    private readonly CancellationTokenSource graceOver = new();

    // One load at a time.
    private readonly SemaphoreSlim loading = new(1, 1);

    private readonly Lazy<Task> stop;

    internal HostedClassifier(
        string? name,
        SequenceClassifierHostingOptions options,
        IServiceProvider services,
        HostingTelemetry telemetry,
        TimeProvider timeProvider,
        ILogger logger)
    {
        hostingOptions = options;
        this.telemetry = telemetry;
        this.timeProvider = timeProvider;
        this.logger = logger;
        Name = name;
        ModelName = name ?? "default";
        RequestSpanName = $"classify {ModelName}";
        BatchSpanName = $"batch {ModelName}";
        slot = new ServingSlot(name);
        loader = new ServingModelLoader(ModelName, options, services, timeProvider, batch => HostingTelemetry.Ran(this, batch), Seen);
        fullness = new QueueFullness(timeProvider);
        stop = new Lazy<Task>(BeginStop);
    }

    /// <summary>The name that it was added under; null for the classifier without one.</summary>
    public string? Name { get; }

    /// <summary>How far it has come.</summary>
    public HostedClassifierState State => slot.State;

    /// <summary>The classifier in use, for its labels and its tokenizer. What goes past the queue, such as its own <c>Classify</c>, competes with it.</summary>
    /// <remarks>
    /// After a reload it is another. The old one is freed when the requests to it have ended; its tokenizer and its labels
    /// can be used on.
    /// </remarks>
    /// <exception cref="InvalidOperationException">Nothing is loaded yet.</exception>
    /// <exception cref="QueueStoppedException">It has stopped.</exception>
    public SequenceClassifier Classifier => slot.Required.Classifier;

    /// <summary>The folder of the model in use, or null where it did not come from a folder or nothing is loaded.</summary>
    public string? ModelFolder => slot.Current?.Folder;

    /// <summary>When the model in use was loaded, or null where none is.</summary>
    public DateTimeOffset? LoadedAt => slot.Current?.LoadedAt;

    /// <summary>What the queue of the model in use is doing, or null where none is loaded.</summary>
    public QueueStatus? QueueStatus => slot.Current?.Queue.GetStatus();

    /// <summary>What metrics and spans call the model.</summary>
    internal string ModelName { get; }

    internal string RequestSpanName { get; }

    internal string BatchSpanName { get; }

    /// <summary>Whether the host's start does not wait for the model.</summary>
    internal bool LoadsInBackground => hostingOptions.LoadInBackground;

    /// <summary>For how long there has been work and no batch has come to its end; zero where there is no work.</summary>
    internal TimeSpan TimeWithoutProgress => slot.Current?.TimeWithoutProgress ?? TimeSpan.Zero;

    /// <summary>How long that may be.</summary>
    internal TimeSpan StallTimeout => hostingOptions.StallTimeout;

    /// <inheritdoc cref="QueueFullness.IsRefusing"/>
    internal bool IsRefusing => fullness.IsRefusing;

    /// <summary>Classifies a text, or a pair of texts, in a batch with those of others.</summary>
    /// <param name="input">The text. It may be empty.</param>
    /// <param name="cancellationToken">Gives up waiting, and stops the work where nobody else needs it.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentException">The input has no text, or more tokens than may ever wait.</exception>
    /// <exception cref="QueueFullException">There was no room; says when to try again.</exception>
    /// <exception cref="DeadlineExceededException">It could not be answered in its time.</exception>
    /// <exception cref="ModelRunException">The model could not be run on it.</exception>
    /// <exception cref="InvalidOperationException">Nothing is loaded yet.</exception>
    /// <exception cref="QueueStoppedException">It has stopped.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ValueTask<Classification> ClassifyAsync(TextInput input, CancellationToken cancellationToken = default) =>
        ClassifyAsync(input, options: null, cancellationToken);

    /// <summary>Classifies a text, or a pair of texts, in a batch with those of others.</summary>
    /// <param name="input">The text. It may be empty.</param>
    /// <param name="options">How urgent it is, and whose; null for the defaults.</param>
    /// <param name="cancellationToken">Gives up waiting, and stops the work where nobody else needs it.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentException">The input has no text, or more tokens than may ever wait, or an option is out of its range.</exception>
    /// <exception cref="QueueFullException">There was no room; says when to try again.</exception>
    /// <exception cref="DeadlineExceededException">It could not be answered in its time.</exception>
    /// <exception cref="ModelRunException">The model could not be run on it.</exception>
    /// <exception cref="InvalidOperationException">Nothing is loaded yet.</exception>
    /// <exception cref="QueueStoppedException">It has stopped.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async ValueTask<Classification> ClassifyAsync(
        TextInput input, RequestOptions? options, CancellationToken cancellationToken = default)
    {
        if (telemetry.IsListenedTo)
        {
            RequestResult result = await SubmitAsync([input], options, cancellationToken).ConfigureAwait(false);
            return result.Classifications[0];
        }

        ServingModel model = slot.Enter();
        try
        {
            return await model.Queue.ClassifyAsync(input, options, cancellationToken).ConfigureAwait(false);
        }
        catch (QueueFullException exception)
        {
            fullness.NoteRefusal(model.Queue.GetStatus(), options, exception);
            throw;
        }
        finally
        {
            model.Leave();
        }
    }

    /// <summary>Classifies a list of texts or pairs of texts, which is taken as a whole or refused as a whole, and tells where the time went.</summary>
    /// <param name="inputs">The texts, any number. The list is read before the call returns.</param>
    /// <param name="options">How urgent they are, and whose; null for the defaults.</param>
    /// <param name="cancellationToken">Gives up waiting, and stops the work where nobody else needs it.</param>
    /// <returns>The results, in the order of the texts, and their times. All are of one model, also during a reload.</returns>
    /// <exception cref="ArgumentException">An input has no text, they have more tokens than may ever wait, or an option is out of its range.</exception>
    /// <exception cref="QueueFullException">There was no room for all; says when to try again.</exception>
    /// <exception cref="DeadlineExceededException">They could not be answered in their time.</exception>
    /// <exception cref="ModelRunException">The model could not be run on one of them, which the message names.</exception>
    /// <exception cref="InvalidOperationException">Nothing is loaded yet.</exception>
    /// <exception cref="QueueStoppedException">It has stopped.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<RequestResult> SubmitAsync(
        IReadOnlyList<TextInput> inputs, RequestOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        long start = telemetry.Start();
        using Activity? activity = HostingTelemetry.StartRequest(this, inputs.Count);
        try
        {
            ServingModel model = slot.Enter();
            try
            {
                RequestResult result = await model.Queue.SubmitAsync(inputs, options, cancellationToken).ConfigureAwait(false);
                telemetry.Answered(this, activity, start, result);
                return result;
            }
            catch (QueueFullException exception)
            {
                fullness.NoteRefusal(model.Queue.GetStatus(), options, exception);
                throw;
            }
            finally
            {
                model.Leave();
            }
        }
        catch (Exception exception)
        {
            telemetry.Failed(this, activity, start, exception);
            throw;
        }
    }
}

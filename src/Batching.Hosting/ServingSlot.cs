namespace Batching.Hosting;

/// <summary>The model in use: which one it is, those it replaced that still have requests, and how far the whole has come.</summary>
/// <remarks>It loads nothing, waits for nothing and frees nothing. Thread-safe.</remarks>
/// <param name="name">The name of the classifier; null for the one without.</param>
internal sealed class ServingSlot(string? name)
{
    private readonly Lock gate = new();

    // Replaced by reloads and not yet freed, because requests to them are still under way.
    private readonly HashSet<ServingModel> retiring = [];

    private ServingModel? current;
    private HostedClassifierState state;
    private bool isClosed;

    public HostedClassifierState State
    {
        get
        {
            lock (gate)
            {
                return state;
            }
        }
    }

    /// <summary>The model in use; null where there is none.</summary>
    public ServingModel? Current => Volatile.Read(ref current);

    /// <summary>The model in use.</summary>
    /// <exception cref="InvalidOperationException">Nothing is loaded yet.</exception>
    /// <exception cref="QueueStoppedException">It has stopped.</exception>
    public ServingModel Required => Current ?? throw NotServing();

    /// <summary>The model in use, kept for a request, which ends with <see cref="ServingModel.Leave"/>.</summary>
    /// <inheritdoc cref="Required"/>
    public ServingModel Enter()
    {
        ServingModel model;
        do
        {
            // One that was replaced between the two lines has a successor.
            model = Required;
        }
        while (!model.TryEnter());
        return model;
    }

    /// <summary>Begins the first load.</summary>
    /// <returns>False where a model is in use already.</returns>
    /// <exception cref="QueueStoppedException">It has stopped, or is about to.</exception>
    public bool TryBeginLoad()
    {
        lock (gate)
        {
            if (isClosed || (state == HostedClassifierState.Stopping && current is null))
            {
                throw NotServing();
            }

            if (current is not null)
            {
                return false;
            }

            state = HostedClassifierState.Loading;
            return true;
        }
    }

    /// <summary>Ends the first load, whatever came of it.</summary>
    public void EndLoad()
    {
        lock (gate)
        {
            if (state == HostedClassifierState.Loading)
            {
                state = HostedClassifierState.NotLoaded;
            }
        }
    }

    /// <summary>Lets a model take the place of the one in use.</summary>
    /// <param name="model">The new one.</param>
    /// <param name="old">The one that it replaced, to be freed after its last request and then <see cref="Forget">forgotten</see>; null where there was none.</param>
    /// <returns>False where no model is to be used any more.</returns>
    public bool TryReplace(ServingModel model, out ServingModel? old)
    {
        lock (gate)
        {
            if (isClosed)
            {
                old = null;
                return false;
            }

            old = current;
            Volatile.Write(ref current, model);
            state = state == HostedClassifierState.Stopping ? state : HostedClassifierState.Ready;
            if (old is not null)
            {
                retiring.Add(old);
            }

            return true;
        }
    }

    /// <summary>Forgets a model that was replaced, and has been freed.</summary>
    public void Forget(ServingModel old)
    {
        lock (gate)
        {
            retiring.Remove(old);
        }
    }

    /// <summary>Says that it will stop, while what comes is still answered.</summary>
    /// <returns>Whether a model is in use.</returns>
    public bool AnnounceStop()
    {
        lock (gate)
        {
            state = state == HostedClassifierState.Stopped ? state : HostedClassifierState.Stopping;
            return current is not null;
        }
    }

    /// <summary>Lets no model in any more.</summary>
    public void Close()
    {
        lock (gate)
        {
            isClosed = true;
            state = HostedClassifierState.Stopping;
        }
    }

    /// <summary>Takes the model in use, and those that it replaced, out of use.</summary>
    public IReadOnlyList<ServingModel> TakeAll()
    {
        lock (gate)
        {
            List<ServingModel> models = [.. retiring];
            if (current is not null)
            {
                models.Add(current);
            }

            Volatile.Write(ref current, null);
            return models;
        }
    }

    /// <summary>Nothing is under way any more.</summary>
    public void EndStop()
    {
        lock (gate)
        {
            state = HostedClassifierState.Stopped;
        }
    }

    /// <summary>Why no model is in use.</summary>
    public Exception NotServing()
    {
        string subject = name is null ? "The sequence classifier" : $"The sequence classifier '{name}'";
        return State switch
        {
            HostedClassifierState.Stopping or HostedClassifierState.Stopped =>
                new QueueStoppedException($"{subject} has stopped with its host and takes no more texts. Send them to another instance."),
            HostedClassifierState.Loading => new InvalidOperationException(
                $"{subject} is still being loaded. Send texts once the health check tagged 'ready' is healthy, or await {nameof(HostedClassifier.LoadAsync)}."),
            _ => new InvalidOperationException(
                $"{subject} is not loaded yet. The host loads it when it starts: start the host, or await {nameof(HostedClassifier.LoadAsync)} where there is none."),
        };
    }
}

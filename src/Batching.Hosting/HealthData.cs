namespace Batching.Hosting;

/// <summary>The figures that a health check gives along.</summary>
internal static class HealthData
{
    public static IReadOnlyDictionary<string, object> Of(HostedClassifier classifier)
    {
        var data = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["model"] = classifier.ModelName,
            ["state"] = classifier.State.ToString(),
        };
        if (classifier.ModelFolder is { } folder)
        {
            data["folder"] = folder;
        }

        if (classifier.LoadedAt is { } loadedAt)
        {
            data["loadedAt"] = loadedAt;
        }

        if (classifier.QueueStatus is { } queue)
        {
            data["tokensWaiting"] = queue.TokensWaiting;
            data["maxTokensWaiting"] = queue.MaxTokensWaiting;
            data["batchesRunning"] = queue.BatchesRunning;
            data["oldestWait"] = queue.OldestWait;
            if (queue.TokensPerSecond is { } rate)
            {
                data["tokensPerSecond"] = rate;
            }
        }

        return data;
    }
}

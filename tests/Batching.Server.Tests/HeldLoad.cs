using Batching.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace Batching.Server.Tests;

/// <summary>A load that goes on for as long as a test wants, and ends as it wants.</summary>
internal sealed class HeldLoad
{
    private readonly TaskCompletionSource end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Configure(IServiceCollection services) => services.PostConfigure<SequenceClassifierHostingOptions>(options =>
        options.Load = (_, settings) =>
        {
            end.Task.GetAwaiter().GetResult();
            return SequenceClassifier.Load(Repository.Contract(RunningServer.OneLabel), settings);
        });

    public void Finish() => end.TrySetResult();

    public void Fail(Exception exception) => end.SetException(exception);
}

using Batching.Tests;
using Xunit;

namespace Batching.Hosting.Tests;

/// <summary>Which model is in use and how far the whole has come, by state alone.</summary>
public sealed class ServingSlotTests : IAsyncDisposable
{
    private readonly ServingSlot slot = new("reviews");
    private readonly List<ServingModel> models = [];

    [Fact]
    public void It_begins_empty_is_loaded_once_and_says_in_words_what_is_missing()
    {
        Assert.Equal(HostedClassifierState.NotLoaded, slot.State);
        Assert.Null(slot.Current);
        Assert.Contains("'reviews' is not loaded yet", Assert.Throws<InvalidOperationException>(slot.Enter).Message, StringComparison.Ordinal);
        Assert.True(slot.TryBeginLoad());
        Assert.Contains("is still being loaded", Assert.Throws<InvalidOperationException>(slot.Enter).Message, StringComparison.Ordinal);
        ServingModel model = New();
        Assert.True(slot.TryReplace(model, out ServingModel? old));
        Assert.Null(old);
        slot.EndLoad();
        Assert.Equal(HostedClassifierState.Ready, slot.State);
        Assert.False(slot.TryBeginLoad());
        Assert.Same(model, slot.Enter());
        model.Leave();
    }

    [Fact]
    public void A_load_that_failed_leaves_it_not_loaded()
    {
        Assert.True(slot.TryBeginLoad());
        slot.EndLoad();
        Assert.Equal(HostedClassifierState.NotLoaded, slot.State);
        Assert.True(slot.TryBeginLoad());
    }

    [Fact]
    public async Task A_replaced_model_is_handed_out_for_its_retirement_and_nobody_enters_it_any_more()
    {
        ServingModel first = New();
        ServingModel second = New();
        Assert.True(slot.TryReplace(first, out _));
        Assert.Same(first, slot.Enter());
        Assert.True(slot.TryReplace(second, out ServingModel? old));
        Assert.Same(first, old);
        Assert.Same(second, slot.Enter());
        second.Leave();

        Task retired = first.RetireAsync();
        Assert.False(retired.IsCompleted);
        Assert.False(first.TryEnter());
        first.Leave();
        await retired;
        slot.Forget(first);
        Assert.Equal([second], slot.TakeAll());
        Assert.Null(slot.Current);
    }

    [Fact]
    public void While_a_stop_is_announced_what_comes_is_still_answered_and_closed_it_takes_nothing()
    {
        ServingModel first = New();
        Assert.False(slot.AnnounceStop());
        Assert.Throws<QueueStoppedException>(() => slot.TryBeginLoad());
        Assert.True(slot.TryReplace(first, out _));
        Assert.Equal(HostedClassifierState.Stopping, slot.State);
        Assert.True(slot.AnnounceStop());
        Assert.Same(first, slot.Enter());
        first.Leave();

        slot.Close();
        Assert.False(slot.TryReplace(New(), out ServingModel? old));
        Assert.Null(old);
        Assert.Throws<QueueStoppedException>(() => slot.TryBeginLoad());
        Assert.Equal([first], slot.TakeAll());
        Assert.Throws<QueueStoppedException>(slot.Enter);
        slot.EndStop();
        Assert.Equal(HostedClassifierState.Stopped, slot.State);
        slot.AnnounceStop();
        Assert.Equal(HostedClassifierState.Stopped, slot.State);
    }

    [Fact]
    public void All_models_that_still_have_requests_are_taken_out_of_use_together()
    {
        ServingModel[] all = [New(), New(), New()];
        Assert.All(all, model => Assert.True(slot.TryReplace(model, out _)));
        Assert.Equal<HashSet<ServingModel>>([.. all], [.. slot.TakeAll()]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ServingModel model in models)
        {
            await model.StopAsync(TimeSpan.Zero, CancellationToken.None);
        }
    }

    private ServingModel New()
    {
        var model = new ServingModel(
            SequenceClassifier.Load(Repository.Contract(TestHost.OneLabel)), folder: null, new ClassificationQueueOptions(), _ => { }, TimeProvider.System, watch: null);
        models.Add(model);
        return model;
    }
}

using Batching.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Batching.Hosting.Tests;

/// <summary>However a folder comes to hold another model, it is seen; and whatever else happens to it replaces nothing.</summary>
public sealed class FolderReplacementTests : IDisposable
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly ModelCopy copy = new(TestHost.OneLabel);
    private readonly FakeTimeProvider time = new();
    private readonly List<FolderSight> seen = [];

    /// <summary>How a folder is replaced by another.</summary>
    public static TheoryData<string> Replacements { get; } =
        ["written over", "a rename", "a link that leads elsewhere", "deleted and made anew", "a link within", "a link on the way"];

    public void Dispose() => copy.Dispose();

    [Theory]
    [MemberData(nameof(Replacements))]
    public void Every_way_to_replace_a_folder_is_seen_without_the_systems_notices(string way)
    {
        string folder = Lay(way);
        using SequenceClassifier classifier = Load(folder);
        using FolderWatch watch = Watch(folder, classifier, usesNotices: false);
        time.Advance(Interval);
        Assert.Empty(seen);

        Replace(way, folder);
        time.Advance(Interval);
        Assert.Equal([FolderSight.Changing], seen);
        time.Advance(Quiet);
        Assert.Equal([FolderSight.Changing, FolderSight.OtherModel], seen);

        // It is told once.
        time.Advance(10 * Interval);
        Assert.Equal(2, seen.Count);
    }

    [Theory]
    [MemberData(nameof(Replacements))]
    public async Task Every_way_to_replace_a_folder_reloads_the_model(string way)
    {
        string folder = Lay(way);
        using IHost host = Host(folder);
        await host.StartAsync(TestContext.Current.CancellationToken);
        Replace(way, folder);
        await AdvanceUntilAsync(host.Log().FirstAsync("Reloaded"));
        Assert.Equal(TestHost.Expected(TestHost.Regression, ["a"])["a"], (await host.Classifier().ClassifyAsync("a")).Logits.ToArray());
        string[] events = [.. host.Log().Messages.Where(message => message.Contains(folder, StringComparison.Ordinal))];
        Assert.Contains(events, message => message.Contains($"sees changes in '{folder}'", StringComparison.Ordinal));
        Assert.Contains(events, message => message.Contains("hold something else than was loaded", StringComparison.Ordinal));
        await StopAsync(host);
    }

    [Fact]
    public async Task A_second_replacement_is_seen_as_the_first_was()
    {
        using IHost host = Host(copy.Folder);
        await host.StartAsync(TestContext.Current.CancellationToken);
        Replace("a rename", copy.Folder);
        await AdvanceUntilAsync(host.Log().FirstAsync("Reloaded"));
        SequenceClassifier second = host.Classifier().Classifier;
        Directory.Move(copy.Folder, copy.PathOf("third"));
        ModelCopy.Fill(copy.Folder, TestHost.OneLabel);
        while (ReferenceEquals(second, host.Classifier().Classifier))
        {
            time.Advance(Quiet);
            await Task.Yield();
        }

        Assert.Equal(TestHost.Expected(TestHost.OneLabel, ["a"])["a"], (await host.Classifier().ClassifyAsync("a")).Logits.ToArray());
        await StopAsync(host);
    }

    [Fact]
    public void Files_that_are_touched_or_copied_anew_reload_nothing()
    {
        using SequenceClassifier classifier = Load(copy.Folder);
        using FolderWatch watch = Watch(copy.Folder, classifier, usesNotices: false);
        File.SetLastWriteTimeUtc(copy.FileOf("config.json"), DateTime.UnixEpoch);
        time.Advance(Interval);
        time.Advance(Quiet);
        Assert.Equal([FolderSight.Changing, FolderSight.SameContent], seen);

        Directory.Delete(copy.Folder, recursive: true);
        ModelCopy.Fill(copy.Folder, TestHost.OneLabel);
        time.Advance(Interval);
        time.Advance(Quiet);
        Assert.Equal([FolderSight.Changing, FolderSight.SameContent, FolderSight.Changing, FolderSight.SameContent], seen);
    }

    [Fact]
    public void A_folder_that_is_gone_is_waited_for()
    {
        using SequenceClassifier classifier = Load(copy.Folder);
        using FolderWatch watch = Watch(copy.Folder, classifier, usesNotices: false);
        Directory.Delete(copy.Folder, recursive: true);
        time.Advance(Interval);
        time.Advance(Quiet);
        Assert.Equal([FolderSight.Changing, FolderSight.Gone], seen);
        ModelCopy.Fill(copy.Folder, TestHost.Regression);
        time.Advance(Interval);
        time.Advance(Quiet);
        Assert.Equal([FolderSight.Changing, FolderSight.Gone, FolderSight.Changing, FolderSight.OtherModel], seen);
    }

    [Fact]
    public void A_model_that_is_being_copied_is_not_judged_before_it_is_left_alone()
    {
        using SequenceClassifier classifier = Load(copy.Folder);
        using FolderWatch watch = Watch(copy.Folder, classifier, usesNotices: false);
        byte[] model = File.ReadAllBytes(Path.Combine(Repository.Contract(TestHost.Regression), "model.onnx"));
        for (int part = 1; part <= 20; part++)
        {
            File.WriteAllBytes(copy.FileOf("model.onnx"), model[..(model.Length * part / 20)]);
            time.Advance(part == 1 ? Interval : Quiet);
            Assert.Equal([FolderSight.Changing], seen);
        }

        ModelCopy.Fill(copy.Folder, TestHost.Regression);
        time.Advance(Quiet);
        Assert.Equal([FolderSight.Changing], seen);
        time.Advance(Quiet);
        Assert.Equal([FolderSight.Changing, FolderSight.OtherModel], seen);
    }

    [Fact]
    public void A_change_that_is_undone_while_it_is_waited_for_is_none()
    {
        using SequenceClassifier classifier = Load(copy.Folder);
        using FolderWatch watch = Watch(copy.Folder, classifier, usesNotices: false);
        File.Move(copy.FileOf("model.onnx"), copy.PathOf("elsewhere"));
        time.Advance(Interval);
        File.Move(copy.PathOf("elsewhere"), copy.FileOf("model.onnx"));
        time.Advance(Quiet);
        time.Advance(10 * Interval);
        Assert.Equal([FolderSight.Changing], seen);
    }

    [Fact]
    public async Task A_file_of_the_same_size_and_date_is_noticed_where_the_system_gives_notice()
    {
        using SequenceClassifier classifier = Load(copy.Folder);
        var other = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watch = new FolderWatch(
            copy.Folder, classifier.GetIdentity(TestContext.Current.CancellationToken), Quiet, Interval, sight => _ = sight == FolderSight.OtherModel && other.TrySetResult(), time);
        string file = copy.FileOf("config.json");
        DateTime written = File.GetLastWriteTimeUtc(file);
        byte[] content = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        content[Array.LastIndexOf(content, (byte)' ')] = (byte)'\t';
        await File.WriteAllBytesAsync(file, content, TestContext.Current.CancellationToken);
        File.SetLastWriteTimeUtc(file, written);
        await AdvanceUntilAsync(other.Task.WaitAsync(TestHost.Patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_model_that_changes_while_it_is_loaded_does_not_replace_the_good_one()
    {
        int loads = 0;
        using IHost host = Host(copy.Folder, options => options.ConfigureClassifier = settings => settings with
        {
            // Called in the midst of the load, as a copy that goes on would be.
            ConfigureSession = _ =>
            {
                if (Interlocked.Increment(ref loads) == 2)
                {
                    File.AppendAllText(copy.FileOf("config.json"), " ");
                }
            },
        });
        await host.StartAsync(TestContext.Current.CancellationToken);
        SequenceClassifier old = host.Classifier().Classifier;
        File.AppendAllText(copy.FileOf("config.json"), " ");
        await AdvanceUntilAsync(host.Log().FirstAsync("ReloadFailed"));
        Assert.Same(old, host.Classifier().Classifier);

        // And is loaded once it has come to rest.
        await AdvanceUntilAsync(host.Log().FirstAsync("Reloaded"));
        Assert.NotSame(old, host.Classifier().Classifier);
        await StopAsync(host);
    }

    private static SequenceClassifier Load(string folder) =>
        SequenceClassifier.Load(folder, new SequenceClassifierOptions { ComputeIdentity = true });

    private string Lay(string way)
    {
        switch (way)
        {
            case "a link that leads elsewhere":
                Directory.CreateSymbolicLink(copy.PathOf("current"), copy.Folder);
                return copy.PathOf("current");
            case "a link on the way":
                Directory.CreateSymbolicLink(copy.PathOf("current"), copy.PathOf("."));
                return copy.PathOf("current/model");
            case "a link within":
                // As Kubernetes lays out a volume: files are links through a link to the folder of a moment.
                string volume = copy.PathOf("volume");
                Directory.CreateDirectory(volume);
                Directory.Move(copy.Folder, Path.Combine(volume, "..2026_01"));
                Directory.CreateSymbolicLink(Path.Combine(volume, "..data"), "..2026_01");
                foreach (string name in Directory.GetFiles(Path.Combine(volume, "..2026_01")).Select(file => Path.GetFileName(file)))
                {
                    File.CreateSymbolicLink(Path.Combine(volume, name), Path.Combine("..data", name));
                }

                return volume;
            default:
                return copy.Folder;
        }
    }

    private void Replace(string way, string folder)
    {
        string other = copy.PathOf("other");
        switch (way)
        {
            case "a rename":
                ModelCopy.Fill(other, TestHost.Regression);
                Directory.Move(folder, copy.PathOf("old"));
                Directory.Move(other, folder);
                break;
            case "a link that leads elsewhere":
                ModelCopy.Fill(other, TestHost.Regression);
                Turn(folder, other);
                break;
            case "a link on the way":
                ModelCopy.Fill(Path.Combine(other, "model"), TestHost.Regression);
                Turn(Path.GetDirectoryName(folder)!, other);
                break;
            case "a link within":
                ModelCopy.Fill(Path.Combine(folder, "..2026_02"), TestHost.Regression);
                Turn(Path.Combine(folder, "..data"), "..2026_02");
                break;
            case "deleted and made anew":
                Directory.Delete(folder, recursive: true);
                ModelCopy.Fill(folder, TestHost.Regression);
                break;
            default:
                ModelCopy.Fill(folder, TestHost.Regression);
                break;
        }
    }

    // As ln -sfn does.
    private static void Turn(string link, string target)
    {
        Directory.Delete(link);
        Directory.CreateSymbolicLink(link, target);
    }

    private FolderWatch Watch(string folder, SequenceClassifier classifier, bool usesNotices) =>
        new(folder, classifier.GetIdentity(TestContext.Current.CancellationToken), Quiet, Interval, seen.Add, time, usesNotices);

    private IHost Host(string folder, Action<SequenceClassifierHostingOptions>? configure = null) => TestHost.Create(
        options =>
        {
            options.ModelFolder = folder;
            options.ReloadOnChange = true;
            options.ReloadDelay = Quiet;
            options.ReloadCheckInterval = Interval;
            options.WarmUp = false;
            configure?.Invoke(options);
        },
        services => services.AddSingleton<TimeProvider>(time));

    private async Task AdvanceUntilAsync(Task end)
    {
        while (!end.IsCompleted)
        {
            time.Advance(Quiet);
            await Task.Yield();
        }

        await end;
    }

    private async Task StopAsync(IHost host) => await AdvanceUntilAsync(host.StopAsync(TestContext.Current.CancellationToken));
}

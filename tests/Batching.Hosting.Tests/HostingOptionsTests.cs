using Batching.Tests;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Xunit;

namespace Batching.Hosting.Tests;

/// <summary>Options from code and from the configuration; bad ones fail the start, with a sentence that says what to do.</summary>
public sealed class HostingOptionsTests
{
    public static TheoryData<string, Action<SequenceClassifierHostingOptions>, string[]> BadOptions => new()
    {
        { "no model", options => options.ModelFolder = null, ["has no model", "Set ModelFolder", "Load"] },
        { "two models", options => options.Load = (_, settings) => Sst2.Load(settings), ["both the ModelFolder '", "Set one of the two"] },
        { "empty folder", options => options.ModelFolder = " ", ["the ModelFolder ' '", "which is no path"] },
        { "precision", options => options.Precision = (ModelPrecision)7, ["the Precision 7", "Float32, Float16, Int8"] },
        { "empty file", options => options.ModelFile = "", ["the ModelFile ''", "Leave it out"] },
        { "length", options => options.MaxLength = 0, ["the MaxLength 0", "at least 1"] },
        { "negative length", options => options.MaxLength = -5, ["the MaxLength -5", "at least 1"] },
        { "long text", options => options.LongText = (LongText)2, ["the LongText 2", "Truncate, Windows"] },
        { "pooling", options => options.WindowPooling = (WindowPooling)(-1), ["the WindowPooling -1", "Mean, Maximum"] },
        { "stride", options => options.Stride = -1, ["the Stride -1", "at least 0"] },
        { "parallelism", options => options.Parallelism = 0, ["the Parallelism 0", "at least 1"] },
        { "tokens waiting", options => options.MaxTokensWaiting = 0, ["the MaxTokensWaiting 0", "at least 1"] },
        { "negative tokens waiting", options => options.MaxTokensWaiting = int.MinValue, ["the MaxTokensWaiting -2147483648", "at least 1"] },
        { "tokens of a client", options => options.MaxTokensWaitingPerClient = 0, ["the MaxTokensWaitingPerClient 0", "at least 1"] },
        { "timeout", options => options.RequestTimeout = TimeSpan.Zero, ["the RequestTimeout 00:00:00", "above zero", "Leave it out for no limit"] },
        { "negative timeout", options => options.RequestTimeout = TimeSpan.FromSeconds(-1), ["the RequestTimeout -00:00:01", "above zero"] },
        { "grace", options => options.ShutdownGrace = TimeSpan.FromSeconds(-1), ["the ShutdownGrace -00:00:01", "to wait for all requests"] },
        { "endless grace", options => options.ShutdownGrace = TimeSpan.MaxValue, ["the ShutdownGrace 10675199.02:48:05.4775807", "49 days"] },
        { "stall", options => options.StallTimeout = TimeSpan.Zero, ["the StallTimeout 00:00:00", "longest batch"] },
        { "delay", options => options.ReloadDelay = TimeSpan.FromTicks(-1), ["the ReloadDelay", "above zero"] },
        { "interval", options => options.ReloadCheckInterval = TimeSpan.Zero, ["the ReloadCheckInterval 00:00:00", "above zero"] },
        { "endless interval", options => options.ReloadCheckInterval = TimeSpan.FromDays(50), ["the ReloadCheckInterval 50.00:00:00", "49 days"] },
        { "watching nothing", options => (options.ModelFolder, options.Load, options.ReloadOnChange) = (null, (_, _) => null!, true), ["ReloadOnChange", "Set ModelFolder"] },
        { "queue", options => options.ConfigureQueue = queue => queue with { BulkShare = 2 }, ["a queue that cannot be made", "BulkShare is 2"] },
        { "no queue", options => options.ConfigureQueue = _ => null!, ["a queue that cannot be made", "ConfigureQueue returned null"] },
        { "no classifier", options => options.ConfigureClassifier = _ => null!, ["a model that cannot be loaded", "ConfigureClassifier returned null"] },
        { "no defaults", options => options.ConfigureQueue = queue => queue with { RequestDefaults = null! }, ["a queue that cannot be made", "RequestDefaults is null"] },
    };

    [Theory]
    [MemberData(nameof(BadOptions))]
    public async Task A_bad_option_fails_the_start_with_its_value_its_limit_and_the_fix(
        string what, Action<SequenceClassifierHostingOptions> spoil, string[] expected)
    {
        using IHost host = TestHost.Create(services => services.AddSequenceClassifier("sst2", options =>
        {
            options.ModelFolder = Repository.Contract(TestHost.OneLabel);
            spoil(options);
        }));
        OptionsValidationException exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.NotEmpty(what);
        string failure = Assert.Single(exception.Failures);
        Assert.StartsWith("The sequence classifier 'sst2' has ", failure, StringComparison.Ordinal);
        Assert.EndsWith(".", failure, StringComparison.Ordinal);
        Assert.All(expected, words => Assert.Contains(words, failure, StringComparison.Ordinal));
    }

    [Fact]
    public async Task All_that_is_bad_is_told_at_once()
    {
        using IHost host = TestHost.Create(services => services.AddSequenceClassifier(options =>
        {
            options.MaxLength = 0;
            options.Parallelism = -1;
            options.StallTimeout = TimeSpan.Zero;
        }));
        OptionsValidationException exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Equal(4, exception.Failures.Count());
        Assert.All(exception.Failures, failure => Assert.StartsWith("The sequence classifier has ", failure, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_option_comes_from_the_configuration_and_code_has_the_last_word()
    {
        SequenceClassifierHostingOptions options = Bind(
            new()
            {
                ["ModelFolder"] = "models/sst2",
                ["Precision"] = "int8",
                ["ModelFile"] = "model.onnx",
                ["MaxLength"] = "128",
                ["LongText"] = "windows",
                ["Stride"] = "32",
                ["WindowPooling"] = "Maximum",
                ["Parallelism"] = "3",
                ["MaxTokensWaiting"] = "1000",
                ["MaxTokensWaitingPerClient"] = "100",
                ["RequestTimeout"] = "00:00:02",
                ["WarmUp"] = "false",
                ["LoadInBackground"] = "true",
                ["ShutdownGrace"] = "00:00:05",
                ["StallTimeout"] = "00:01:00",
                ["ReloadOnChange"] = "true",
                ["ReloadDelay"] = "00:00:09",
                ["ReloadCheckInterval"] = "00:00:07",
            },
            options => options.Parallelism = 4);
        Assert.Equal("models/sst2", options.ModelFolder);
        Assert.Equal(ModelPrecision.Int8, options.Precision);
        Assert.Equal("model.onnx", options.ModelFile);
        Assert.Equal(128, options.MaxLength);
        Assert.Equal((LongText.Windows, 32, WindowPooling.Maximum), (options.LongText, options.Stride, options.WindowPooling));
        Assert.Equal(4, options.Parallelism);
        Assert.Equal(1000, options.MaxTokensWaiting);
        Assert.Equal(100, options.MaxTokensWaitingPerClient);
        Assert.Equal(TimeSpan.FromSeconds(2), options.RequestTimeout);
        Assert.False(options.WarmUp);
        Assert.True(options.LoadInBackground);
        Assert.Equal(TimeSpan.FromSeconds(5), options.ShutdownGrace);
        Assert.Equal(TimeSpan.FromMinutes(1), options.StallTimeout);
        Assert.True(options.ReloadOnChange);
        Assert.Equal(TimeSpan.FromSeconds(9), options.ReloadDelay);
        Assert.Equal(TimeSpan.FromSeconds(7), options.ReloadCheckInterval);
    }

    [Theory]
    [InlineData("MaxLenght", "128", "MaxLenght")]
    [InlineData("MaxLength", "many", "many")]
    [InlineData("Precision", "int4", "int4")]
    [InlineData("LongText", "Shorten", "Shorten")]
    [InlineData("RequestTimeout", "soon", "soon")]
    [InlineData("WarmUp", "yes please", "yes please")]
    [InlineData("LoadInBackground", "later", "later")]
    public async Task A_key_or_a_value_that_is_none_fails_the_start_and_is_named(string key, string value, string named)
    {
        using IHost host = TestHost.Create(services => services.AddSequenceClassifier(
            "sst2", Section(new() { ["ModelFolder"] = Repository.Contract(TestHost.OneLabel), [key] = value })));
        OptionsValidationException exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Contains($"'{named}'", exception.Message, StringComparison.Ordinal);
        Assert.StartsWith("The section 'Classifiers:Sst2' of the configuration does not fit", exception.Message, StringComparison.Ordinal);
        Assert.EndsWith("or remove it.", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("30", 30)]
    [InlineData("0.5", 0.5)]
    [InlineData("30s", 30)]
    [InlineData("30 S", 30)]
    [InlineData("500ms", 0.5)]
    [InlineData("5m", 300)]
    [InlineData("5min", 300)]
    [InlineData("2h", 7200)]
    [InlineData("1d", 86400)]
    [InlineData("00:00:30", 30)]
    [InlineData("1.00:00:30", 86430)]
    public void A_time_has_a_unit_or_is_in_seconds(string value, double seconds)
    {
        SequenceClassifierHostingOptions options = Bind(
            new() { ["ModelFolder"] = "model", ["RequestTimeout"] = value, ["ShutdownGrace"] = value, ["StallTimeout"] = value, ["ReloadDelay"] = value }, _ => { });
        Assert.Equal(
            Enumerable.Repeat(TimeSpan.FromSeconds(seconds), 4),
            [options.RequestTimeout!.Value, options.ShutdownGrace, options.StallTimeout, options.ReloadDelay]);
    }

    [Theory]
    [InlineData("30 days")]
    [InlineData("s")]
    [InlineData("1e99")]
    [InlineData("1,5")]
    [InlineData("99999999999999999999d")]
    [InlineData("NaN")]
    [InlineData("0x10")]
    public void What_is_no_time_is_refused_with_how_to_write_one(string value)
    {
        OptionsValidationException exception = Assert.Throws<OptionsValidationException>(() => Bind(new() { ["ModelFolder"] = "model", ["StallTimeout"] = value }, _ => { }));
        Assert.Contains($"StallTimeout is '{value}'. Write a time with a unit, such as 30s", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_configured_is_what_the_model_and_the_queue_are_made_with()
    {
        var options = new SequenceClassifierHostingOptions
        {
            Precision = ModelPrecision.Int8,
            MaxLength = 64,
            Parallelism = 3,
            MaxTokensWaiting = 100,
            MaxTokensWaitingPerClient = 50,
            RequestTimeout = TimeSpan.FromSeconds(2),
            ShutdownGrace = TimeSpan.FromSeconds(3),
            ConfigureClassifier = classifier => classifier with { ThreadsPerRun = 2 },
            ConfigureQueue = queue => queue with { BulkShare = 0.5 },
        };
        SequenceClassifierOptions classifier = options.ToClassifierOptions("sst2");
        Assert.Equal(("sst2", ModelPrecision.Int8, 64, 3, 2), (classifier.Name, classifier.Precision, classifier.MaxLength, classifier.Parallelism, classifier.ThreadsPerRun));
        ClassificationQueueOptions queue = options.ToQueueOptions();
        Assert.Equal((100, 50, 3, 0.5), (queue.MaxTokensWaiting, queue.MaxTokensWaitingPerClient, queue.Workers, queue.BulkShare));
        Assert.Equal((TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3)), (queue.RequestDefaults.Timeout, queue.ShutdownGrace));
    }

    private static SequenceClassifierHostingOptions Bind(
        Dictionary<string, string?> values, Action<SequenceClassifierHostingOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddSequenceClassifier("sst2", Section(values), configure);
        using ServiceProvider provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptionsMonitor<SequenceClassifierHostingOptions>>().Get("sst2");
    }

    private static IConfigurationSection Section(Dictionary<string, string?> values) => new ConfigurationBuilder()
        .AddInMemoryCollection(values.Select(value => KeyValuePair.Create($"Classifiers:Sst2:{value.Key}", value.Value)))
        .Build()
        .GetSection("Classifiers:Sst2");
}

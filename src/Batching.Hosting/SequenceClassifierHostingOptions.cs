namespace Batching;

/// <summary>How an application hosts a classifier: which model, how much of it may wait, and how it starts and stops.</summary>
/// <remarks>
/// Set in code, or bound from a section of the configuration whose keys are the names of the properties. Read once, when the
/// host starts, and refused there with an <c>OptionsValidationException</c> that names the value, the limit and the fix.
/// </remarks>
public sealed class SequenceClassifierHostingOptions
{
    /// <summary>The folder of the model, as Hugging Face lays it out.</summary>
    /// <value>Default: null. Either this or <see cref="Load"/> has to be set.</value>
    public string? ModelFolder { get; set; }

    /// <summary>Loads the classifier where it does not come from a folder, such as the package's default model.</summary>
    /// <value>
    /// Default: null. Called at the start and at every reload without a folder, by a thread of the thread pool, with the
    /// services and with what these options say of <see cref="Precision"/>, <see cref="MaxLength"/> and the rest:
    /// <c>options.Load = (_, settings) => Sst2.Load(settings)</c>. The host disposes of what it returns.
    /// </value>
    public Func<IServiceProvider, SequenceClassifierOptions, SequenceClassifier>? Load { get; set; }

    /// <summary>Which precision to load.</summary>
    /// <value>Default: null, the model's own choice; see <see cref="SequenceModelOptions.Precision"/>.</value>
    public ModelPrecision? Precision { get; set; }

    /// <summary>Which .onnx file to load, by its name in the folder, such as <c>onnx/model_int8.onnx</c>.</summary>
    /// <value>Default: null, the file of the <see cref="Precision"/>.</value>
    public string? ModelFile { get; set; }

    /// <summary>The most tokens of a text, special tokens counted; longer texts are truncated, or windowed as <see cref="LongText"/> says.</summary>
    /// <value>Default: null, as many as model and tokenizer take. From 1.</value>
    public int? MaxLength { get; set; }

    /// <summary>What becomes of texts that are longer than that.</summary>
    /// <value>
    /// Default: <see cref="LongText.Truncate"/>. With <see cref="LongText.Windows"/> each window is queued and run as a row of
    /// its own, and all of a text's count where tokens do.
    /// </value>
    public LongText LongText { get; set; }

    /// <summary>How many tokens of a text each window after the first repeats of the window before it.</summary>
    /// <value>Default: 0. Less than the number of tokens of the text that fit into a window. Only <see cref="LongText.Windows"/> uses it.</value>
    public int Stride { get; set; }

    /// <summary>How the scores of a long text's windows become the text's.</summary>
    /// <value>Default: <see cref="WindowPooling.Mean"/>. Only <see cref="LongText.Windows"/> uses it.</value>
    public WindowPooling WindowPooling { get; set; }

    /// <summary>How many batches run side by side.</summary>
    /// <value>Default: the number of processors. From 1.</value>
    public int Parallelism { get; set; } = Environment.ProcessorCount;

    /// <summary>
    /// The most tokens of texts that wait for a worker, those of all windows counted; what would go past it is refused by
    /// <see cref="QueueFullException"/>. Divided by the tokens a second that the machine does, it is the longest wait.
    /// </summary>
    /// <value>Default: 65,536. From 1.</value>
    public int MaxTokensWaiting { get; set; } = new ClassificationQueueOptions().MaxTokensWaiting;

    /// <summary>The most tokens of one client that wait (<see cref="RequestOptions.ClientKey"/>), so that the others still find room.</summary>
    /// <value>Default: null, no limit but that for all. From 1.</value>
    public int? MaxTokensWaitingPerClient { get; set; }

    /// <summary>How long the answer to a request may take that does not say otherwise (<see cref="RequestOptions.Timeout"/>).</summary>
    /// <value>Default: null, as long as it takes. Above zero.</value>
    public TimeSpan? RequestTimeout { get; set; }

    /// <summary>Whether a few texts are classified before the model is ready, so that the first request is as fast as the others.</summary>
    /// <value>Default: true.</value>
    public bool WarmUp { get; set; } = true;

    /// <summary>Whether the host starts at once while the model is loaded and warmed up in the background.</summary>
    /// <value>
    /// Default: false. The host's start waits for the model, so that none of its services meets a classifier that is not
    /// loaded, and fails where the model cannot be loaded.
    /// </value>
    /// <remarks>
    /// For processes that have to answer from their first moment on, with "not yet". Until the model serves, the health checks
    /// tagged <c>ready</c> and <c>loaded</c> are unhealthy and <c>live</c> is healthy, and texts are refused with an
    /// <see cref="InvalidOperationException"/>; a service that cannot do without awaits <see cref="HostedClassifier.LoadAsync(CancellationToken)"/>.
    /// A model that cannot be loaded stops the application: it is logged, and what the load threw comes out of the host's
    /// <c>StopAsync</c>, and so of <c>Run</c> and of the program. A stop during the load gives it up.
    /// </remarks>
    public bool LoadInBackground { get; set; }

    /// <summary>How long requests that were taken may go on when the host stops, before they are cancelled.</summary>
    /// <value>
    /// Default: 20 seconds. From zero; <see cref="Timeout.InfiniteTimeSpan"/> waits for all. The host's own shutdown timeout,
    /// 30 seconds unless set, ends them as well. As long does the stop wait for a file that is being read, which cannot be
    /// cancelled.
    /// </value>
    public TimeSpan ShutdownGrace { get; set; } = new ClassificationQueueOptions().ShutdownGrace;

    /// <summary>How long there may be work without a batch coming to its end, before the health check tagged <c>live</c> fails.</summary>
    /// <value>Default: 30 seconds. Above zero, and longer than the longest batch takes.</value>
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether the model is reloaded when its folder holds another: files that were replaced, or a whole folder.</summary>
    /// <value>
    /// Default: false. Needs <see cref="ModelFolder"/>. A folder that takes the place of another at once, by a rename or a link
    /// that leads elsewhere (<c>ln -sfn</c>, a volume of Kubernetes), is safer than files that are replaced one by one.
    /// </value>
    /// <remarks>
    /// What was loaded and what lies there are compared by content, once their sizes, dates or links have shown a difference:
    /// files that were only touched reload nothing. Every load hashes all files for that, which takes some 0.1 seconds for
    /// every 100 MB. A model that cannot be loaded, and one whose files change while it is loaded, is logged, and the model in
    /// use serves on. So it does while there is no folder.
    /// </remarks>
    public bool ReloadOnChange { get; set; }

    /// <summary>How long the files have to be left alone before a change of theirs reloads the model.</summary>
    /// <value>Default: 5 seconds. Above zero, and longer than a copy of the files pauses.</value>
    public TimeSpan ReloadDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often <see cref="ReloadOnChange"/> looks at the files' sizes, dates and links, where the system gives no notice of a change.</summary>
    /// <value>Default: 10 seconds. Above zero. A look takes about a millisecond, and reads no file.</value>
    public TimeSpan ReloadCheckInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Changes what else the classifier is loaded with, for instance to add an execution provider.</summary>
    /// <value>Default: null. Given what these options say, it returns what is used.</value>
    public Func<SequenceClassifierOptions, SequenceClassifierOptions>? ConfigureClassifier { get; set; }

    /// <summary>Changes what else the queue is made with, for instance the share of bulk work.</summary>
    /// <value>Default: null. Given what these options say, it returns what is used.</value>
    public Func<ClassificationQueueOptions, ClassificationQueueOptions>? ConfigureQueue { get; set; }

    /// <exception cref="InvalidOperationException"><see cref="ConfigureClassifier"/> returned null.</exception>
    internal SequenceClassifierOptions ToClassifierOptions(string modelName)
    {
        var values = new SequenceClassifierOptions
        {
            Name = modelName,
            Precision = Precision,
            ModelFile = ModelFile,
            MaxLength = MaxLength,
            LongText = LongText,
            Stride = Stride,
            WindowPooling = WindowPooling,
            Parallelism = Parallelism,
        };
        return ConfigureClassifier is null ? values : ConfigureClassifier(values) ?? throw ReturnedNull(nameof(ConfigureClassifier));
    }

    /// <exception cref="InvalidOperationException"><see cref="ConfigureQueue"/> returned null.</exception>
    internal ClassificationQueueOptions ToQueueOptions()
    {
        var values = new ClassificationQueueOptions
        {
            MaxTokensWaiting = MaxTokensWaiting,
            MaxTokensWaitingPerClient = MaxTokensWaitingPerClient,
            Workers = Parallelism,
            ShutdownGrace = ShutdownGrace,
            RequestDefaults = RequestOptions.Default with { Timeout = RequestTimeout },
        };
        return ConfigureQueue is null ? values : ConfigureQueue(values) ?? throw ReturnedNull(nameof(ConfigureQueue));
    }

    private static InvalidOperationException ReturnedNull(string option) => new($"{option} returned null. Return the options that it was given, changed by 'with'.");
}

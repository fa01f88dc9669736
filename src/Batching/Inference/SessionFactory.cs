using Batching.Graphs;
using Microsoft.ML.OnnxRuntime;

namespace Batching.Inference;

/// <summary>Makes ONNX Runtime's sessions.</summary>
internal static class SessionFactory
{
    /// <param name="folder">The model's files.</param>
    /// <param name="name">The .onnx file.</param>
    /// <param name="model">What was read of it.</param>
    /// <param name="options">How to load it.</param>
    /// <returns>The session, what is to be disposed of after it, and whether its graph is not the file's but one made of it.</returns>
    /// <exception cref="ModelLoadException">ONNX Runtime is missing or does not fit, or cannot read the file.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static (InferenceSession Session, GraphContent Content, bool IsRewritten) Create(
        ModelFolder folder, string name, OnnxModel model, SequenceModelOptions options)
    {
        if (options.ThreadsPerRun < 1)
        {
            throw new ArgumentException(
                $"{nameof(SequenceModelOptions.ThreadsPerRun)} is {options.ThreadsPerRun}; it has to be at least 1.", nameof(options));
        }

        string file = folder.PathOf(name);
        try
        {
            using var sessionOptions = new SessionOptions
            {
                IntraOpNumThreads = options.ThreadsPerRun,
                InterOpNumThreads = 1,

                // Of no use where shapes change from run to run.
                EnableMemoryPattern = false,

                // What goes wrong is thrown; nothing is to be written to the process's standard error besides.
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
            };

            sessionOptions.AddSessionConfigEntry("session.intra_op.allow_spinning", options.AllowSpinning ? "1" : "0");
            Configure(sessionOptions, options, file);
            return Create(folder, name, model, sessionOptions);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ModelLoadException(
                $"ONNX Runtime cannot load '{file}': {MessageOf(exception)} The file is damaged, or not a model that this version of ONNX Runtime reads. Download it again, or export it again.",
                file,
                exception);
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException or TypeInitializationException)
        {
            throw Unfit(exception);
        }
    }

    /// <summary>What ONNX Runtime says, as a sentence.</summary>
    public static string MessageOf(OnnxRuntimeException exception) => $"{exception.Message.TrimEnd('.', ' ', '\n')}.";

    private static (InferenceSession Session, GraphContent Content, bool IsRewritten) Create(
        ModelFolder folder, string name, OnnxModel model, SessionOptions options)
    {
        if (FirstPositionRewrite.Apply(model) is { } rewritten)
        {
            try
            {
                (InferenceSession session, GraphContent content) = Open(folder, name, rewritten, options);
                return (session, content, IsRewritten: true);
            }
            catch (OnnxRuntimeException)
            {
                // The file as it is may do better; if it does not, what is said of it is what the user can act on.
            }
        }

        (InferenceSession plain, GraphContent plainContent) = Open(folder, name, model, options);
        return (plain, plainContent, IsRewritten: false);
    }

    private static (InferenceSession Session, GraphContent Content) Open(ModelFolder folder, string name, OnnxModel model, SessionOptions options)
    {
        var content = GraphContent.Gather(folder, name, model);
        try
        {
            options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", content.Folder);
            return (new InferenceSession(content.Bytes, options), content);
        }
        finally
        {
            // What the session has mapped stays until it is disposed of; on Windows the files do, too.
            content.Release();
        }
    }

    private static void Configure(SessionOptions sessionOptions, SequenceModelOptions options, string file)
    {
        try
        {
            options.ConfigureSession?.Invoke(sessionOptions);
        }
        catch (Exception exception) when (exception is OnnxRuntimeException or EntryPointNotFoundException)
        {
            throw new ModelLoadException(
                $"The option {nameof(SequenceModelOptions.ConfigureSession)} failed before '{file}' was loaded: {exception.Message} Use a package of ONNX Runtime that has the execution provider, such as Microsoft.ML.OnnxRuntime.Gpu, or leave it out.",
                file,
                exception);
        }
    }

    // The first call into the native library is made by a type's initializer: where the library is missing, or older than the
    // managed half, that is what fails.
    private static ModelLoadException Unfit(Exception exception)
    {
        Exception cause = exception is TypeInitializationException { InnerException: { } inner } ? inner : exception;
        string advice = cause is DllNotFoundException
            ? "ONNX Runtime's native library, or one that it needs, is missing. Add"
            : $"ONNX Runtime's native library does not fit: {cause.Message} Use";
        string? version = typeof(SessionOptions).Assembly.GetName().Version?.ToString(3);
        return new ModelLoadException(
            $"{advice} the package Microsoft.ML.OnnxRuntime for CPUs, or one with another execution provider such as Microsoft.ML.OnnxRuntime.Gpu, of version {version} or newer.",
            exception);
    }
}

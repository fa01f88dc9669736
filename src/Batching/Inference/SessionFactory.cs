using Batching.ModelFiles;
using Microsoft.ML.OnnxRuntime;

namespace Batching.Inference;

/// <summary>Makes ONNX Runtime's sessions.</summary>
internal static class SessionFactory
{
    /// <exception cref="ModelLoadException">ONNX Runtime is missing or does not fit, or cannot read the file.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static InferenceSession Create(ModelFolder folder, string name, SequenceModelOptions options)
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

            // Threads that spin between runs burn cores that other runs could use.
            sessionOptions.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
            Configure(sessionOptions, options);
            return folder.Directory is null
                ? new InferenceSession(folder.Read(name), sessionOptions)
                : new InferenceSession(file, sessionOptions);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ModelLoadException(
                $"ONNX Runtime cannot load '{file}': {exception.Message} The file is damaged, or not a model that this version of ONNX Runtime reads. Download it again, or export it again.",
                file,
                exception);
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException or TypeInitializationException)
        {
            throw Unfit(exception);
        }
    }

    private static void Configure(SessionOptions sessionOptions, SequenceModelOptions options)
    {
        try
        {
            options.ConfigureSession?.Invoke(sessionOptions);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ModelLoadException(
                $"ONNX Runtime refused what {nameof(SequenceModelOptions.ConfigureSession)} set: {exception.Message} Check that the native package has the execution provider and that its device is there.",
                exception);
        }
    }

    // The first call into the native library is made by a type's initializer: where the library is missing, or older than the
    // managed half, that is what fails. A function that is missing is an execution provider's, and in another package.
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

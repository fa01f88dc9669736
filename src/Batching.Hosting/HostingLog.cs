using Microsoft.Extensions.Logging;

namespace Batching.Hosting;

/// <summary>What is told of a classifier's life.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(1, LogLevel.Information, "The classifier {Classifier} is ready after {Seconds:0.0} s: {Model}, {Labels} labels, texts of up to {MaxLength} tokens.")]
    public static partial void Loaded(this ILogger logger, string classifier, double seconds, string model, int labels, int? maxLength);

    [LoggerMessage(2, LogLevel.Information, "The classifier {Classifier} was reloaded in {Seconds:0.0} s: {Model}. What waited for the old model is still answered by it.")]
    public static partial void Reloaded(this ILogger logger, string classifier, double seconds, string model);

    [LoggerMessage(3, LogLevel.Error, "The classifier {Classifier} could not be reloaded from {Model}. The model in use serves on.")]
    public static partial void ReloadFailed(this ILogger logger, Exception exception, string classifier, string model);

    [LoggerMessage(4, LogLevel.Information, "The classifier {Classifier} freed the model {Model}, which a reload had replaced.")]
    public static partial void Freed(this ILogger logger, string classifier, string model);

    [LoggerMessage(5, LogLevel.Information, "The classifier {Classifier} has stopped.")]
    public static partial void Stopped(this ILogger logger, string classifier);

    [LoggerMessage(6, LogLevel.Warning, "The classifier {Classifier} has the labels {NewLabels} after a reload, and had {OldLabels}.")]
    public static partial void LabelsChanged(this ILogger logger, string classifier, string newLabels, string oldLabels);

    [LoggerMessage(7, LogLevel.Critical, "The classifier {Classifier} could not be loaded. The application stops, because it would never be ready.")]
    public static partial void LoadFailed(this ILogger logger, Exception exception, string classifier);

    [LoggerMessage(8, LogLevel.Warning, "The classifier {Classifier} has stopped while a model was still being read, which cannot be cancelled. It is freed when it has been read.")]
    public static partial void LeftLoading(this ILogger logger, string classifier);

    [LoggerMessage(9, LogLevel.Information, "The classifier {Classifier} sees changes in '{Folder}', and compares its files with the model in use when they have been left alone for {Seconds:0.###} s.")]
    public static partial void FilesChanging(this ILogger logger, string classifier, string folder, double seconds);

    [LoggerMessage(10, LogLevel.Information, "The classifier {Classifier} is not reloaded: the files in '{Folder}' were written anew, and hold what they held.")]
    public static partial void FilesAreSame(this ILogger logger, string classifier, string folder);

    [LoggerMessage(11, LogLevel.Information, "The classifier {Classifier} is reloaded: the files in '{Folder}' hold something else than was loaded from them.")]
    public static partial void FilesChanged(this ILogger logger, string classifier, string folder);

    [LoggerMessage(12, LogLevel.Warning, "The folder '{Folder}' of the classifier {Classifier} is not there any more. The model in use serves on, and is replaced when there is another in that place.")]
    public static partial void FolderGone(this ILogger logger, string classifier, string folder);
}

using Xunit;

namespace Batching.Tests.Folders;

/// <summary>What a refusal has to say: which file, what is wrong, what to do.</summary>
internal static class Refusal
{
    /// <summary>The model cannot be loaded.</summary>
    /// <param name="model">The model's folder.</param>
    /// <param name="file">The file at fault, by its name in the folder; empty for the folder.</param>
    /// <param name="says">What the message has to hold besides the file's path.</param>
    public static ModelLoadException Of(ModelFolderBuilder model, string file, params string[] says) =>
        Of(() => model.Load(), file.Length == 0 ? model.Folder : model.PathOf(file), says);

    /// <summary>A load fails.</summary>
    /// <param name="load">What loads.</param>
    /// <param name="file">What the exception calls the file at fault.</param>
    /// <param name="says">What the message has to hold besides the file.</param>
    public static ModelLoadException Of(Func<IDisposable> load, string file, params string[] says)
    {
        var refusal = Assert.Throws<ModelLoadException>(() => load().Dispose());
        Assert.Equal(file, refusal.File);
        Assert.All([file, .. says], part => Assert.Contains(part, refusal.Message, StringComparison.Ordinal));
        Assert.EndsWith(".", refusal.Message, StringComparison.Ordinal);
        return refusal;
    }
}

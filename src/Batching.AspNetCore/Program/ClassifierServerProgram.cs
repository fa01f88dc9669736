namespace Batching;

/// <summary>What a program is that serves a classifier: see <see cref="ClassifierServer"/>.</summary>
public sealed class ClassifierServerProgram
{
    /// <summary>How the program is called, for its <c>--help</c>.</summary>
    /// <value>Default: <c>server</c>.</value>
    public string Command { get; init; } = "server";

    /// <summary>Loads the model that is served where the settings name no folder, with the options that they give.</summary>
    /// <value>Default: null; a folder has to be named.</value>
    public Func<SequenceClassifierOptions, SequenceClassifier>? LoadDefaultModel { get; init; }

    /// <summary>What the server calls that model, where the settings give it no name.</summary>
    /// <value>Default: null, <c>classifier</c>.</value>
    public string? DefaultModelId { get; init; }

    /// <summary>What <c>/info</c> says of the numbers that model computes with, as <c>int8</c>.</summary>
    /// <value>Default: null, nothing.</value>
    public string? DefaultModelDtype { get; init; }
}

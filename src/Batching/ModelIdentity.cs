using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Batching.Inference;
using Microsoft.ML.OnnxRuntime;

namespace Batching;

/// <summary>
/// All that a classifier's logits depend on besides the text, in one short value: two classifiers of one identity give the
/// same bits.
/// </summary>
/// <remarks>
/// <para>
/// It is made of the content of every file that the classifier was loaded from, read through links: the configuration, the
/// tokenizer's files, the .onnx file and its weights in other files; of the options that change logits; of the form of the
/// graph; of the versions of ONNX Runtime and of this library; and of the processor's architecture and features, by which
/// kernels are chosen. Where the files lie and when they were written is no part of it. What
/// <see cref="SequenceModelOptions.ConfigureSession"/> does cannot be told, only that it is set.
/// </para>
/// <para>
/// Made to be kept: <see cref="ToString"/> gives the same in every process, and names its own version, so that values of
/// another version never equal it. Immutable and thread-safe. Get one from <see cref="SequenceClassifier.GetIdentity"/>.
/// </para>
/// </remarks>
public sealed class ModelIdentity : IEquatable<ModelIdentity>
{
    // To be raised whenever the same classifier gets another value.
    private const string Version = "v1-";
    private const int Digits = 32;

    // Without the commit, which also changes where the code does not.
    private static readonly string LibraryVersion = typeof(ModelIdentity).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    private readonly string value;
    private readonly LoadedFiles loaded;
    private readonly IReadOnlyList<KeyValuePair<string, string>> hashes;

    private ModelIdentity(LoadedFiles loaded, SortedDictionary<string, string> parts, CancellationToken cancellationToken)
    {
        this.loaded = loaded;
        hashes = loaded.Hash(cancellationToken);
        foreach ((string name, string hash) in hashes)
        {
            parts[$"file {name}"] = $"sha256 {hash}";
        }

        Parts = parts.AsReadOnly();
        Stamp = loaded.Stamp();

        // Neither a name nor a value can hold the character between them.
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(parts.Select(part => $"{part.Key}\0{part.Value}\0")));
        value = Version + Convert.ToHexStringLower(SHA256.HashData(text))[..Digits];
    }

    /// <summary>What it is made of, by names that messages can use, such as <c>file config.json</c> or <c>ONNX Runtime</c>: says what differs between two.</summary>
    public IReadOnlyDictionary<string, string> Parts { get; }

    /// <summary>
    /// The sizes, the dates and the places behind all links of the files when they were loaded, in short: what can be
    /// compared with <see cref="ReadStamp"/> in no time. No part of the identity, and of use on this machine only.
    /// </summary>
    public string Stamp { get; }

    /// <summary>The stamp of the files that are there now. Files that have appeared or gone change it as well.</summary>
    /// <returns>A value that equals <see cref="Stamp"/> while nothing has changed; always, where the classifier came from streams.</returns>
    /// <remarks>No file is read. A file that is replaced by another of the same size and date in the same place is not noticed.</remarks>
    public string ReadStamp() => loaded.ReadStamp();

    /// <summary>Reads all files, to see whether they are, byte for byte, those that the classifier was loaded from.</summary>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>
    /// Whether a load would read the same now; always true where the classifier came from streams. False also where a file
    /// is gone or cannot be read, or one has appeared that the load looked for in vain.
    /// </returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public bool MatchesFiles(CancellationToken cancellationToken = default) => loaded.Match(hashes, cancellationToken);

    /// <summary>Whether a file, or a folder on the way to one, matters: the load read it or looked for it.</summary>
    /// <param name="name">A name below the model's folder, with <c>/</c> between its parts.</param>
    /// <returns>False for what may lie beside a model without changing it.</returns>
    public bool Concerns(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return loaded.Concern(name);
    }

    /// <summary>The identity as text.</summary>
    /// <returns>35 characters, such as <c>v1-0f343b0931126a20f133d67c2b018a3b</c>.</returns>
    public override string ToString() => value;

    /// <inheritdoc/>
    public bool Equals(ModelIdentity? other) => other?.value == value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ModelIdentity);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(value);

    /// <param name="loaded">What the classifier was loaded from.</param>
    /// <param name="settings">The options that change logits, as they came out, and the form of the graph.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ModelLoadException">A file is not as it was when it was loaded, or cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    internal static ModelIdentity Of(LoadedFiles loaded, IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken) =>
        new(
            loaded,
            new SortedDictionary<string, string>(settings.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal)
            {
                ["Batching"] = LibraryVersion,
                ["ONNX Runtime"] = OrtEnv.Instance().GetVersionString(),
                ["processor"] = $"{RuntimeInformation.ProcessArchitecture}: {string.Join(' ', ProcessorFeatures.Supported())}",
            },
            cancellationToken);
}

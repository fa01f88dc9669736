using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Batching.Rows.Inputs;
using Batching.Rows.Outputs;

namespace Batching.Rows.Runs;

/// <summary>What a resumed run knows of its inputs: their bytes, as they lie there; of several also their names, sizes and order.</summary>
internal static class InputSettings
{
    public static async Task<IReadOnlyList<KeyValuePair<string, string>>> OfAsync(IReadOnlyList<InputSource> inputs, CancellationToken cancellationToken)
    {
        if (inputs.Count == 1)
        {
            return [KeyValuePair.Create(ResumeSettings.Input, (await HashAsync(inputs[0], cancellationToken).ConfigureAwait(false)).Hash)];
        }

        var settings = new List<KeyValuePair<string, string>>();
        var list = new List<string>();
        foreach (InputSource input in inputs)
        {
            (string hash, long length) = await HashAsync(input, cancellationToken).ConfigureAwait(false);
            settings.Add(KeyValuePair.Create(ResumeSettings.InputFile(input.Path), hash));
            list.Add(string.Create(CultureInfo.InvariantCulture, $"{input.Path} {length}"));
        }

        settings.Add(KeyValuePair.Create(ResumeSettings.InputFiles, string.Join("; ", list)));
        return settings;
    }

    // The whole of it: reading takes a thousandth of the time that classifying does.
    private static async Task<(string Hash, long Length)> HashAsync(InputSource input, CancellationToken cancellationToken)
    {
        Stream stream = input.Open();
        await using ConfiguredAsyncDisposable closing = stream.ConfigureAwait(false);
        return (Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false)), stream.Length);
    }
}

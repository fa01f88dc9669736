using System.Globalization;
using Batching;
using Classify.Quantization.Onnx;
using Google.Protobuf;

namespace Classify.Quantization;

/// <summary>Weights in files beside an .onnx file.</summary>
/// <param name="model">The .onnx file.</param>
internal sealed class ExternalWeights(string model) : IDisposable
{
    private const string Location = "location";
    private const string Offset = "offset";
    private const string Length = "length";

    private readonly string folder = Path.GetDirectoryName(Path.GetFullPath(model))!;
    private readonly Dictionary<string, FileStream> files = new(StringComparer.Ordinal);

    /// <summary>The size of the files that were read from.</summary>
    public long Bytes => files.Values.Sum(file => file.Length);

    /// <summary>Says of a tensor that its numbers are in a file.</summary>
    public static void Refer(TensorProto tensor, string location, long offset, long length)
    {
        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        tensor.ExternalData.Clear();
        tensor.ExternalData.Add(
        [
            new StringStringEntryProto { Key = Location, Value = location },
            new StringStringEntryProto { Key = Offset, Value = offset.ToString(CultureInfo.InvariantCulture) },
            new StringStringEntryProto { Key = Length, Value = length.ToString(CultureInfo.InvariantCulture) },
        ]);
    }

    /// <summary>Reads the numbers of a tensor into it, if they are in a file.</summary>
    /// <exception cref="ModelLoadException">The file is not there, too short, or outside the model's folder.</exception>
    public bool TryLoad(TensorProto tensor)
    {
        if (tensor.DataLocation != TensorProto.Types.DataLocation.External)
        {
            return false;
        }

        string location = ValueOf(tensor, Location) ?? throw Refuse(tensor, "it does not say in which");
        FileStream file = Open(tensor, location);
        long offset = NumberOf(tensor, Offset) ?? 0;
        long length = NumberOf(tensor, Length) ?? file.Length - offset;
        if (offset > file.Length || length < 0 || length > Math.Min(file.Length - offset, Array.MaxLength))
        {
            throw Refuse(tensor, $"'{location}' has {file.Length} bytes, and {length} from {offset} on are asked for");
        }

        var bytes = new byte[length];
        file.Position = offset;
        file.ReadExactly(bytes);
        tensor.RawData = UnsafeByteOperations.UnsafeWrap(bytes);
        tensor.ExternalData.Clear();
        tensor.ClearDataLocation();
        return true;
    }

    public void Dispose()
    {
        foreach (FileStream file in files.Values)
        {
            file.Dispose();
        }
    }

    private static string? ValueOf(TensorProto tensor, string key) => tensor.ExternalData.FirstOrDefault(entry => entry.Key == key)?.Value;

    private long? NumberOf(TensorProto tensor, string key) => ValueOf(tensor, key) is not { } value
        ? null
        : long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : throw Refuse(tensor, $"its {key} is '{value}', which is no number of bytes");

    private FileStream Open(TensorProto tensor, string location)
    {
        if (files.TryGetValue(location, out FileStream? open))
        {
            return open;
        }

        string path = Path.GetFullPath(Path.Combine(folder, location));
        if (!path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw Refuse(tensor, $"'{location}' is outside the folder of the model");
        }

        try
        {
            return files[location] = File.OpenRead(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Refuse(tensor, exception.Message.TrimEnd('.'), exception);
        }
    }

    private ModelLoadException Refuse(TensorProto tensor, string why, Exception? inner = null) => new(
        $"'{model}' keeps the weights '{tensor.Name}' in a file of their own: {why}. Put the files of one export side by side.", model, inner);
}

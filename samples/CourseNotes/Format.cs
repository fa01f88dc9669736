using System.Globalization;
using System.Numerics.Tensors;

namespace CourseNotes;

/// <summary>Values as text, lists and tensors in brackets as in the notes.</summary>
internal static class Format
{
    public static string Of<T>(T value) => value switch
    {
        Tensor<float> logits => List(Rows(logits).Select(Row)),
        IEnumerable<string> texts => List(texts.Select(text => $"\"{text}\"")),
        IEnumerable<int> ids => List(ids.Select(id => $"{id}")),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };

    public static string Of(in ReadOnlyTensorSpan<long> tensor)
    {
        var values = new long[tensor.FlattenedLength];
        tensor.FlattenTo(values);
        return List(values.Chunk((int)tensor.Lengths[1]).Select(row => List(row.Select(value => $"{value}"))));
    }

    public static float[][] Rows(Tensor<float> logits) => [.. logits.Chunk((int)logits.Lengths[1])];

    /// <summary>A row of logits to the four decimals that the notes print.</summary>
    public static string Row(float[] logits) =>
        List(logits.Select(logit => logit.ToString("0.0000", CultureInfo.InvariantCulture)));

    private static string List(IEnumerable<string> items) => $"[{string.Join(", ", items)}]";
}

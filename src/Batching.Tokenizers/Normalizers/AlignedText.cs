using System.Text;

namespace Batching.Tokenization;

/// <summary>A stretch of text that normalizers change step by step, and where each of its scalars came from.</summary>
/// <remarks>
/// <para>
/// A step reads the scalars from first to last: it takes the next one, perhaps as another, drops some, or inserts one, which
/// stands for the same part of the text as the scalar before it. <see cref="EndStep"/> makes what it wrote the text of the
/// next step. Hugging Face's <c>NormalizedString</c> places scalars by the same rules.
/// </para>
/// <para>Not thread-safe.</para>
/// </remarks>
internal sealed class AlignedText
{
    private readonly int origin;
    private List<PlacedScalar> scalars;
    private List<PlacedScalar> written;
    private int position;

    /// <param name="stretch">A stretch of the original text.</param>
    /// <param name="origin">Where it starts there.</param>
    public AlignedText(ReadOnlySpan<char> stretch, int origin)
    {
        this.origin = origin;
        scalars = new List<PlacedScalar>(stretch.Length);
        written = new List<PlacedScalar>(stretch.Length);
        int start = 0;
        foreach (Rune rune in stretch.EnumerateRunes())
        {
            bool isPair = rune.Utf16SequenceLength == 2;
            int end = start + rune.Utf16SequenceLength;
            scalars.Add(new PlacedScalar(isPair ? rune.Value : stretch[start], origin + start, origin + end));
            start = end;
        }
    }

    public int Count => scalars.Count;

    /// <summary>A scalar, or U+FFFD for a lone surrogate.</summary>
    public int this[int index] => AsScalar(Unit(index));

    /// <summary>A scalar or a lone surrogate, for steps that leave these to the next.</summary>
    public int Unit(int index) => scalars[index].Scalar;

    /// <summary>Writes a scalar in the place of the next one.</summary>
    public void Take(int scalar) => written.Add(scalars[position++] with { Scalar = scalar });

    /// <summary>Writes several scalars in the place of the next one.</summary>
    /// <param name="scalars">At least one.</param>
    public void TakeAs(ReadOnlySpan<int> scalars)
    {
        Take(scalars[0]);
        foreach (int scalar in scalars[1..])
        {
            Insert(scalar);
        }
    }

    /// <summary>Writes the next scalars as they are.</summary>
    public void Copy(int count)
    {
        for (; count > 0; count--)
        {
            Take(Unit(position));
        }
    }

    /// <summary>Leaves out the next scalars.</summary>
    public void Drop(int count = 1) => position += count;

    /// <summary>Writes a scalar that stands for what the one read last stands for.</summary>
    public void Insert(int scalar) =>
        written.Add(position > 0 ? scalars[position - 1] with { Scalar = scalar } : new PlacedScalar(scalar, origin, origin));

    /// <summary>Writes the scalars of a text that stand for what the next one stands for.</summary>
    public void InsertBefore(string text)
    {
        foreach (Rune rune in text.EnumerateRunes())
        {
            written.Add(scalars[position] with { Scalar = rune.Value });
        }
    }

    /// <summary>Inserts the scalars of a text.</summary>
    public void Insert(string text)
    {
        foreach (Rune rune in text.EnumerateRunes())
        {
            Insert(rune.Value);
        }
    }

    public void EndStep()
    {
        (scalars, written) = (written, scalars);
        written.Clear();
        position = 0;
    }

    /// <summary>A step that writes these scalars.</summary>
    public void Apply(List<ScalarEdit> edits)
    {
        foreach ((int scalar, int change) in edits)
        {
            if (change > 0)
            {
                Insert(scalar);
            }
            else
            {
                Take(scalar);
                Drop(-change);
            }
        }

        EndStep();
    }

    /// <summary>A step that drops some scalars.</summary>
    public void Keep(Func<int, bool> isKept)
    {
        for (int i = 0; i < Count; i++)
        {
            if (isKept(this[i]))
            {
                Take(this[i]);
            }
            else
            {
                Drop();
            }
        }

        EndStep();
    }

    /// <summary>The text as it is now.</summary>
    public string ToText()
    {
        var text = new StringBuilder(Count);
        foreach (PlacedScalar scalar in scalars)
        {
            Append(text, scalar.Scalar);
        }

        return text.ToString();
    }

    /// <summary>Which part of the original text each UTF-16 unit of <see cref="ToText"/> stands for.</summary>
    public Range[] ToSources()
    {
        var sources = new List<Range>(Count);
        foreach ((int scalar, int start, int end) in scalars)
        {
            sources.Add(start..end);
            if (scalar > char.MaxValue)
            {
                sources.Add(start..end);
            }
        }

        return [.. sources];
    }

    private static int AsScalar(int unit) => Rune.IsValid(unit) ? unit : Rune.ReplacementChar.Value;

    private static void Append(StringBuilder text, int unit)
    {
        if (unit > char.MaxValue)
        {
            text.Append(new Rune(unit));
        }
        else
        {
            text.Append((char)unit);
        }
    }
}

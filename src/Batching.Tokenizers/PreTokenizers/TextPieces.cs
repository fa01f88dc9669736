namespace Batching.Tokenization;

/// <summary>A stretch of text in pieces, which pre-tokenizers split and change step by step, and where each character came from.</summary>
/// <remarks>
/// <para>
/// A step reads the pieces one after the other, each from its first character to its last: it takes the next one, perhaps as
/// others, drops some, or writes one before it. <see cref="EndStep"/> makes what it wrote the pieces of the next step. Hugging
/// Face's <c>PreTokenizedString</c> does the same, and places characters by the same rules.
/// </para>
/// <para>In pooled memory; not thread-safe.</para>
/// </remarks>
internal sealed class TextPieces : IDisposable
{
    // A huge text's buffers are given back.
    private const int KeptCapacity = 1 << 16;

    [ThreadStatic]
    private static TextPieces? current;

    private Content read = new();
    private Content written = new();
    private bool keepsPlaces;
    private int piece;
    private int position;

    /// <summary>Those of the thread.</summary>
    public static TextPieces Current => current ??= new TextPieces();

    /// <summary>Whether the whole stretch starts its text.</summary>
    public bool StartsText { get; private set; }

    /// <summary>How many pieces there are.</summary>
    public int Count => read.Ends.Count;

    /// <summary>The rest of the piece at hand.</summary>
    public ReadOnlySpan<char> Piece => read.Chars.Span[position..read.Ends.Span[piece]];

    /// <summary>A piece.</summary>
    public ReadOnlySpan<char> this[int index] => read.Chars.Span[read.StartOf(index)..read.Ends.Span[index]];

    /// <summary>Begins a stretch, as one piece.</summary>
    /// <param name="text">The stretch, in which a lone surrogate counts as U+FFFD.</param>
    /// <param name="startsText">Whether its text starts here.</param>
    /// <param name="keepsPlaces">Whether <see cref="PlaceOf"/> will be asked.</param>
    public void Begin(ReadOnlySpan<char> text, bool startsText, bool keepsPlaces)
    {
        StartsText = startsText;
        this.keepsPlaces = keepsPlaces;
        read.Clear();
        written.Clear();
        read.Chars.Append(text);
        LoneSurrogates.Replace(read.Chars.Items);
        for (int i = 0; i < text.Length && keepsPlaces; i++)
        {
            read.Places.Add(i);
            read.Places.Add(i + 1);
        }

        if (!text.IsEmpty)
        {
            read.Ends.Add(text.Length);
        }

        Restart();
    }

    /// <summary>Goes on to the next piece.</summary>
    public bool MoveNext()
    {
        position = piece < 0 ? 0 : read.Ends.Span[piece];
        return ++piece < Count;
    }

    /// <summary>Writes the next characters as they are.</summary>
    public void Copy(int count)
    {
        written.Chars.Append(read.Chars.Span.Slice(position, count));
        if (keepsPlaces)
        {
            written.Places.AddRange(read.Places.Span.Slice(2 * position, 2 * count));
        }

        position += count;
    }

    /// <summary>Leaves out the next characters.</summary>
    public void Drop(int count) => position += count;

    /// <summary>Writes characters in the place of the next ones, each of which stands for all of those.</summary>
    /// <param name="chars">What is written.</param>
    /// <param name="count">How many they replace.</param>
    public void Replace(ReadOnlySpan<char> chars, int count)
    {
        Insert(chars, count);
        position += count;
    }

    /// <summary>Writes characters before the next one, each of which stands for that.</summary>
    public void Insert(ReadOnlySpan<char> chars) => Insert(chars, char.IsHighSurrogate(Piece[0]) ? 2 : 1);

    /// <summary>Ends a piece, if anything was written since the last.</summary>
    public void EndPiece()
    {
        if (written.Chars.Length > written.StartOf(written.Ends.Count))
        {
            written.Ends.Add(written.Chars.Length);
        }
    }

    public void EndStep()
    {
        (read, written) = (written, read);
        written.Clear();
        Restart();
    }

    /// <summary>Which part of the stretch characters of a piece stand for.</summary>
    /// <param name="index">The piece.</param>
    /// <param name="start">The first of them.</param>
    /// <param name="end">The one behind the last of them.</param>
    public Range PlaceOf(int index, int start, int end)
    {
        int first = read.StartOf(index);
        return read.Places.Span[2 * (first + start)]..read.Places.Span[(2 * (first + end)) - 1];
    }

    public void Release()
    {
        if (Math.Max(read.Chars.Capacity, written.Chars.Capacity) > KeptCapacity)
        {
            Dispose();
        }
    }

    public void Dispose()
    {
        read.Dispose();
        written.Dispose();
    }

    private void Restart()
    {
        piece = -1;
        position = 0;
    }

    private void Insert(ReadOnlySpan<char> chars, int count)
    {
        written.Chars.Append(chars);
        for (int i = 0; i < chars.Length && keepsPlaces; i++)
        {
            written.Places.Add(read.Places.Span[2 * position]);
            written.Places.Add(read.Places.Span[(2 * (position + count)) - 1]);
        }
    }

    // The characters of all pieces, where each piece ends, and for each character where its place in the stretch starts and ends.
    private sealed class Content : IDisposable
    {
        public CharBuffer Chars { get; } = new();

        public IdBuffer Ends { get; } = new();

        public IdBuffer Places { get; } = new();

        public int StartOf(int piece) => piece == 0 ? 0 : Ends.Span[piece - 1];

        public void Clear()
        {
            Chars.Clear();
            Ends.Clear();
            Places.Clear();
        }

        public void Dispose()
        {
            Chars.Dispose();
            Ends.Dispose();
            Places.Dispose();
        }
    }
}

using Batching.Tokenization;

namespace Batching;

/// <summary>Encodes long texts as windows: a text's tokens are made once, and its rows as they are wanted.</summary>
/// <remarks>
/// One text after the other, in buffers that stay. Not thread-safe. Of a pair, the text that the truncation strategy cuts is
/// windowed and the other repeated in every window; with <see cref="TruncationStrategy.LongestFirst"/> the longer is windowed.
/// Owns pooled memory, which <see cref="Dispose"/> returns.
/// </remarks>
/// <param name="tokenizer">Makes ids of texts.</param>
/// <param name="options">How: the limit is <see cref="EncodingOptions.MaxLength"/> or the tokenizer's, the overlap <see cref="EncodingOptions.Stride"/>.</param>
public sealed class WindowEncoder(SequenceTokenizer tokenizer, EncodingOptions options) : IDisposable
{
    private readonly IdBuffer first = new();
    private readonly IdBuffer second = new();
    private bool isPair;
    private bool windowsSecond;
    private TruncationSide side;
    private int width;
    private int start;

    /// <summary>Whether the text has a window left.</summary>
    public bool HasMore { get; private set; }

    /// <summary>Whether the text that was begun has several windows.</summary>
    public bool IsLongerThanAWindow => Windowed.Count > width;

    private IdBuffer Windowed => windowsSecond ? second : first;

    /// <summary>Begins a text, in place of the one before.</summary>
    /// <param name="input">The text.</param>
    /// <exception cref="ArgumentException">There is no text, no limit, or the text does not fit and cannot be windowed.</exception>
    public void Begin(TextInput input) => TryBegin(input, int.MaxValue);

    /// <summary>Begins a text, unless it has too many tokens, which shows before all of them are made.</summary>
    /// <param name="input">The text.</param>
    /// <param name="mostTokens">How many tokens it and its pair may have, special tokens not counted.</param>
    /// <returns>Whether it has no more than that.</returns>
    /// <exception cref="ArgumentException">There is no text, no limit, or the text does not fit and cannot be windowed.</exception>
    public bool TryBegin(TextInput input, int mostTokens)
    {
        HasMore = false;
        WantedIds wanted = mostTokens < int.MaxValue ? WantedIds.First(mostTokens + 1) : WantedIds.All;
        int room = RoomFor(input);
        first.Clear();
        second.Clear();
        tokenizer.AppendIds(input.Text, first, wanted);
        if (input.Pair is not null)
        {
            tokenizer.AppendIds(input.Pair, second, wanted);
        }

        if (first.Count + (long)second.Count > mostTokens)
        {
            return false;
        }

        Start(input.Pair is not null, room);
        return true;
    }

    /// <summary>Begins a text that is encoded already.</summary>
    /// <param name="isPairOfTexts">Whether it is a pair.</param>
    /// <param name="firstTokens">The text's tokens.</param>
    /// <param name="secondTokens">The pair's tokens.</param>
    /// <param name="room">What <see cref="RoomFor"/> says.</param>
    /// <exception cref="ArgumentException">The text does not fit and cannot be windowed.</exception>
    internal void Begin(bool isPairOfTexts, ReadOnlySpan<int> firstTokens, ReadOnlySpan<int> secondTokens, int room)
    {
        HasMore = false;
        first.Clear();
        second.Clear();
        first.AddRange(firstTokens);
        second.AddRange(secondTokens);
        Start(isPairOfTexts, room);
    }

    /// <summary>The most tokens of a text and its pair in a window.</summary>
    /// <exception cref="ArgumentException">There is no text, or no limit.</exception>
    internal int RoomFor(TextInput input)
    {
        int room = tokenizer.RoomFor(input, options);
        side = tokenizer.SideFor(options);
        return room < int.MaxValue
            ? room
            : throw new ArgumentException("Windows need a limit. Set MaxLength in the options; this tokenizer has none of its own.", nameof(input));
    }

    /// <summary>Makes sure that a window has room for the text's tokens, if it has any, and for more than it repeats.</summary>
    /// <exception cref="ArgumentException">It has not.</exception>
    internal void CheckAdvance()
    {
        if (Windowed.Count == 0 && options.Stride >= 0)
        {
            return;
        }

        int limit = (options.MaxLength ?? tokenizer.MaxLength)!.Value;
        if (width < 1)
        {
            throw new ArgumentException(
                $"A limit of {limit} tokens leaves no room for a window of the {(windowsSecond ? "pair" : "text")} beside the {(windowsSecond ? first : second).Count} tokens of the {(windowsSecond ? "text" : "pair")}, which every window repeats. Raise MaxLength, or shorten the text that is repeated.",
                nameof(options));
        }

        if (options.Stride < 0 || options.Stride >= width)
        {
            throw new ArgumentException(
                $"A stride of {options.Stride} is not from 0 to {width - 1}: a window of {limit} tokens holds {width} of the text and has to advance.", nameof(options));
        }
    }

    /// <summary>Adds the text's next window as a row.</summary>
    /// <param name="rows">Where the row goes.</param>
    /// <exception cref="InvalidOperationException">There is no window left.</exception>
    public void AppendNext(TokenRows rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (!HasMore)
        {
            throw new InvalidOperationException($"The text has no window left. Ask {nameof(HasMore)} first, and begin a text.");
        }

        // Start and end count from the side where the first window is.
        int end = Math.Min(start + width, Windowed.Count);
        ReadOnlySpan<int> window = side == TruncationSide.Left ? Windowed.Span[^end..^start] : Windowed.Span[start..end];
        tokenizer.Template.Append(
            rows,
            isPair,
            options.AddSpecialTokens,
            windowsSecond ? first.Span : window,
            windowsSecond ? window : second.Span,
            window.Length < Windowed.Count);
        start += width - options.Stride;
        HasMore = end < Windowed.Count;
    }

    /// <summary>Returns the memory to the pool.</summary>
    public void Dispose()
    {
        first.Dispose();
        second.Dispose();
    }

    private void Start(bool isPairOfTexts, int room)
    {
        isPair = isPairOfTexts;
        windowsSecond = options.Truncation == TruncationStrategy.OnlySecond
            || (options.Truncation == TruncationStrategy.LongestFirst && second.Count > first.Count);
        width = room - (windowsSecond ? first : second).Count;
        start = 0;
        if (Windowed.Count > width)
        {
            CheckAdvance();
        }

        HasMore = true;
    }
}

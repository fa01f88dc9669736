using Microsoft.ML.Tokenizers;

namespace Batching.Tokenization;

/// <summary>One of Hugging Face's pre-tokenizers: splits the pieces of a text into smaller ones, and may change what they hold.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
internal abstract class TextPreTokenizer : PreTokenizer
{
    /// <summary>Splits every piece of a text.</summary>
    public virtual void Apply(TextPieces pieces)
    {
        while (pieces.MoveNext())
        {
            Split(pieces);
        }

        pieces.EndStep();
    }

    public sealed override IEnumerable<(int Offset, int Length)> PreTokenize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return PreTokenize(text.AsSpan());
    }

    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text)
    {
        using var pieces = new TextPieces();
        pieces.Begin(text, startsText: true, keepsPlaces: true);
        Apply(pieces);
        var words = new List<(int Offset, int Length)>(pieces.Count);
        for (int i = 0; i < pieces.Count; i++)
        {
            Range place = pieces.PlaceOf(i, 0, pieces[i].Length);
            words.Add((place.Start.Value, place.End.Value - place.Start.Value));
        }

        return words;
    }

    /// <summary>Writes what becomes of <see cref="TextPieces.Piece"/>, the piece at hand.</summary>
    protected abstract void Split(TextPieces pieces);
}

using System.Text;
using System.Text.Json;

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>Unigram</c> model: of all ways to split a word into pieces, the one with the best sum of scores.</summary>
/// <remarks>
/// Sums are taken from left to right in double precision and, where two are equal, the longer last piece counts: so does the
/// Rust library, and so two ways have equal sums here exactly where they have them there. Time is linear in the word, however
/// long.
/// </remarks>
internal sealed class UnigramModel : TokenModel
{
    // What a character that is no piece costs more than the worst piece.
    private const double UnknownPenalty = 10;

    private readonly PieceTrie trie;
    private readonly double[] scores;
    private readonly double unknownScore;
    private readonly int? unknownTokenId;

    // The ids of the pieces <0x00> to <0xFF>, -1 for one that there is not; empty where there is no byte_fallback.
    private readonly int[] byteIds = [];

    /// <param name="pieces">The pieces by id; a piece may come twice.</param>
    /// <param name="scores">The score of each.</param>
    /// <param name="unknownTokenId"><c>unk_id</c>: the piece of what is not in the vocabulary; null where there is none, so that such a text is refused.</param>
    /// <param name="byteFallback"><c>byte_fallback</c>: what is not in the vocabulary is spelled in bytes.</param>
    public UnigramModel(IReadOnlyList<string> pieces, IReadOnlyList<double> scores, int? unknownTokenId, bool byteFallback)
        : this(IdsOf(pieces), pieces, scores, unknownTokenId, byteFallback)
    {
    }

    private UnigramModel(
        IReadOnlyDictionary<string, int> vocabulary, IReadOnlyList<string> pieces, IReadOnlyList<double> scores, int? unknownTokenId, bool byteFallback)
        : base(vocabulary)
    {
        trie = new PieceTrie(pieces);
        this.scores = [.. scores];
        unknownScore = this.scores.DefaultIfEmpty(double.PositiveInfinity).Min() - UnknownPenalty;
        this.unknownTokenId = unknownTokenId;
        if (byteFallback)
        {
            byteIds = [.. Enumerable.Range(0, 256).Select(value => trie.TryFind($"<0x{value:X2}>", out int id) ? id : -1)];
        }
    }

    public override int? UnknownTokenId => unknownTokenId;

    public static TokenModelSource Read(JsonSection json)
    {
        (List<string> pieces, List<double> pieceScores) = ReadPieces(json);
        Dictionary<string, int> vocabulary = IdsOf(pieces);
        return new TokenModelSource(vocabulary, _ =>
        {
            int? unknown = json.Int32("unk_id");
            return unknown is null || unknown < pieces.Count
                ? new UnigramModel(vocabulary, pieces, pieceScores, unknown, json.Boolean("byte_fallback") ?? false)
                : throw json.Refuse($"the 'unk_id' is {unknown}, of {pieces.Count} tokens. Download the file again.");
        });
    }

    public override void Encode(ReadOnlySpan<char> word, IdBuffer ids, List<TokenSpan>? spans)
    {
        UnigramScratch scratch = UnigramScratch.Current;
        Encode(word, scratch, ids, spans);
        scratch.Release();
    }

    /// <summary>Appends the ids of a word.</summary>
    /// <param name="word">The word, without lone surrogates.</param>
    /// <param name="scratch">The thread's buffers, in which the word may be.</param>
    /// <param name="ids">Where to.</param>
    /// <param name="spans">The tokens and their places are added here too; null where nobody asks.</param>
    public void Encode(ReadOnlySpan<char> word, UnigramScratch scratch, IdBuffer ids, List<TokenSpan>? spans)
    {
        Span<PathNode> path = scratch.PathOf(word.Length + 1);
        FindBestPath(word, path);

        // Turned around, the links lead from each piece to the next: a node's start becomes where the next piece ends.
        int next = 0;
        int end = word.Length;
        while (end > 0)
        {
            int start = path[end].Start;
            path[end].Start = next;
            next = end;
            end = start;
        }

        int unknownStart = -1;
        int position = 0;
        while (next > 0)
        {
            int id = path[next].Id;
            if (id == unknownTokenId)
            {
                // What is unknown side by side is one token.
                unknownStart = unknownStart < 0 ? position : unknownStart;
            }
            else
            {
                AddUnknown(word, ref unknownStart, position, ids, spans);
                Add(id, position, next, ids, spans);
            }

            position = next;
            next = path[next].Start;
        }

        AddUnknown(word, ref unknownStart, position, ids, spans);
    }

    private void FindBestPath(ReadOnlySpan<char> word, Span<PathNode> path)
    {
        path.Fill(new PathNode { Start = -1 });
        int start = 0;
        while (start < word.Length)
        {
            double soFar = path[start].Score;
            int width = char.IsHighSurrogate(word[start]) ? 2 : 1;
            bool hasCharacter = false;
            int node = PieceTrie.Root;
            for (int i = start; i < word.Length; i++)
            {
                node = trie.ChildOf(node, word[i]);
                if (node == PieceTrie.None)
                {
                    break;
                }

                if (trie.TryGetId(node, out int id))
                {
                    Improve(ref path[i + 1], scores[id] + soFar, id, start);
                    hasCharacter |= i + 1 - start == width;
                }
            }

            if (!hasCharacter)
            {
                ref PathNode after = ref path[start + width];
                if (after.Start < 0 || unknownScore + soFar > after.Score)
                {
                    int id = unknownTokenId ?? throw UnknownText.In(word.Slice(start, width), unknownToken: null);
                    after = new PathNode { Score = unknownScore + soFar, Id = id, Start = start };
                }
            }

            start += width;
        }
    }

    private static void Improve(ref PathNode node, double score, int id, int start)
    {
        if (node.Start < 0 || score > node.Score)
        {
            node = new PathNode { Score = score, Id = id, Start = start };
        }
    }

    private void AddUnknown(ReadOnlySpan<char> word, ref int start, int end, IdBuffer ids, List<TokenSpan>? spans)
    {
        if (start < 0)
        {
            return;
        }

        // Together, unknown characters may be a piece after all.
        ReadOnlySpan<char> unknown = word[start..end];
        if (trie.TryFind(unknown, out int id))
        {
            Add(id, start, end, ids, spans);
        }
        else if (!TryAddBytes(unknown, start, end, ids, spans))
        {
            Add(unknownTokenId!.Value, start, end, ids, spans);
        }

        start = -1;
    }

    // All of it in bytes, or nothing.
    private bool TryAddBytes(ReadOnlySpan<char> unknown, int start, int end, IdBuffer ids, List<TokenSpan>? spans)
    {
        if (byteIds.Length == 0)
        {
            return false;
        }

        int before = ids.Count;
        Span<byte> bytes = stackalloc byte[4];
        foreach (Rune rune in unknown.EnumerateRunes())
        {
            foreach (byte value in bytes[..rune.EncodeToUtf8(bytes)])
            {
                if (byteIds[value] < 0)
                {
                    ids.CutTo(before);
                    return false;
                }

                ids.Add(byteIds[value]);
            }
        }

        foreach (int id in ids.Span[before..])
        {
            spans?.Add(new TokenSpan(id, start, end));
        }

        return true;
    }

    private static void Add(int id, int start, int end, IdBuffer ids, List<TokenSpan>? spans)
    {
        ids.Add(id);
        spans?.Add(new TokenSpan(id, start, end));
    }

    private static Dictionary<string, int> IdsOf(IReadOnlyList<string> pieces)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int id = 0; id < pieces.Count; id++)
        {
            ids[pieces[id]] = id;
        }

        return ids;
    }

    private static (List<string> Pieces, List<double> Scores) ReadPieces(JsonSection json)
    {
        if (!json.Has("vocab"))
        {
            throw json.Refuse("there is no 'vocab'. Download the file again.");
        }

        List<string> pieces = [];
        List<double> pieceScores = [];
        foreach (JsonElement piece in json.Items("vocab"))
        {
            if (piece.ValueKind != JsonValueKind.Array
                || piece.GetArrayLength() != 2
                || piece[0].ValueKind != JsonValueKind.String
                || piece[1].ValueKind != JsonValueKind.Number
                || RustNumber.Read(piece[1]) is not { } score)
            {
                throw json.Wrong($"vocab[{pieces.Count}]", piece, "a token and its score, a number that a double can hold");
            }

            string text = piece[0].GetString()!;
            TokenIds.Check(pieces.Count, text, json);
            pieces.Add(text);
            pieceScores.Add(score);
        }

        return (pieces, pieceScores);
    }
}

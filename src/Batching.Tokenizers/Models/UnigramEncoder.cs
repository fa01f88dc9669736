using System.Text;
using Microsoft.ML.Tokenizers;

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>Unigram</c> model: of all ways to split a word into pieces, the one with the best sum of scores.</summary>
/// <remarks>
/// Sums are taken from left to right in double precision and, where two are equal, the longer last piece counts: so does the
/// Rust library, and so two ways have equal sums here exactly where they have them there. Time is linear in the word, however
/// long. Immutable and thread-safe.
/// </remarks>
internal sealed class UnigramEncoder : TextEncoder
{
    // What a character that is no piece costs more than the worst piece.
    private const double UnknownPenalty = 10;

    private readonly PieceTrie trie;
    private readonly double[] scores;
    private readonly double unknownScore;
    private readonly int unknownTokenId;
    private readonly SpaceSplitter splitter;

    // The ids of the pieces <0x00> to <0xFF>, -1 for one that there is not; empty where there is no byte_fallback.
    private readonly int[] byteIds = [];

    public UnigramEncoder(TokenModelDefinition.Unigram model, PreTokenizerDefinition? preTokenizer, TextNormalizer? normalizer)
        : base(normalizer)
    {
        trie = new PieceTrie(model.Pieces);
        scores = [.. model.Scores];
        unknownScore = scores.DefaultIfEmpty(double.PositiveInfinity).Min() - UnknownPenalty;
        unknownTokenId = model.UnknownTokenId;
        splitter = new SpaceSplitter(preTokenizer);
        if (model.ByteFallback)
        {
            byteIds = [.. Enumerable.Range(0, 256).Select(value => trie.TryFind($"<0x{value:X2}>", out int id) ? id : -1)];
        }
    }

    public override PreTokenizer PreTokenizer => splitter;

    public override void EncodeNormalized(ReadOnlySpan<char> text, bool startsText, IdBuffer ids, WantedIds wanted)
    {
        UnigramScratch scratch = UnigramScratch.Current;
        int position = 0;
        while (wanted.WantsMore(ids) && splitter.TryGetNext(text, ref position, out int start))
        {
            PrepareWord(text[start..position], startsText && start == 0, scratch.Word);
            EncodeWord(scratch.Word.Span, scratch, ids, spans: null);
        }

        scratch.Release();
    }

    public override void EncodeWord(ReadOnlySpan<char> word, bool startsStretch, bool startsText, List<TokenSpan> tokens)
    {
        if (word.IsEmpty)
        {
            return;
        }

        UnigramScratch scratch = UnigramScratch.Current;
        int before = tokens.Count;
        using var ids = new IdBuffer();
        int prepended = PrepareWord(word, startsStretch && startsText, scratch.Word);
        EncodeWord(scratch.Word.Span, scratch, ids, tokens);
        for (int i = before; i < tokens.Count; i++)
        {
            TokenSpan token = tokens[i];
            tokens[i] = token with { Start = Math.Max(0, token.Start - prepended), End = Math.Max(0, token.End - prepended) };
        }

        scratch.Release();
    }

    /// <returns>How many characters were put before the word.</returns>
    private int PrepareWord(ReadOnlySpan<char> word, bool startsText, CharBuffer destination)
    {
        destination.Clear();
        int prepended = 0;
        if (splitter.PrependsTo(word, startsText))
        {
            destination.Append(splitter.Replacement!.Value);
            prepended = 1;
        }

        Span<char> copy = destination.Reserve(word.Length)[..word.Length];
        word.CopyTo(copy);
        ReplaceLoneSurrogates(copy);
        if (splitter.Replacement is { } sign)
        {
            copy.Replace(' ', sign);
        }

        destination.Advance(word.Length);
        return prepended;
    }

    // They are what a text's UTF-8 has U+FFFD for.
    private static void ReplaceLoneSurrogates(Span<char> text)
    {
        int position = 0;
        while (text[position..].IndexOfAnyInRange('\uD800', '\uDFFF') is >= 0 and var next)
        {
            position += next;
            if (char.IsHighSurrogate(text[position]) && position + 1 < text.Length && char.IsLowSurrogate(text[position + 1]))
            {
                position += 2;
            }
            else
            {
                text[position++] = '\uFFFD';
            }
        }
    }

    private void EncodeWord(ReadOnlySpan<char> word, UnigramScratch scratch, IdBuffer ids, List<TokenSpan>? spans)
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
                Improve(ref path[start + width], unknownScore + soFar, unknownTokenId, start);
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
            Add(unknownTokenId, start, end, ids, spans);
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
}

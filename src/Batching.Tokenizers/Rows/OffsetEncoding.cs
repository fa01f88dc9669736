namespace Batching;

/// <summary>A row of ids, and for each token which part of the text it stands for: Hugging Face's <c>return_offsets_mapping</c>.</summary>
/// <remarks>Immutable and thread-safe; it owns its memory.</remarks>
public sealed class OffsetEncoding
{
    internal OffsetEncoding(SequenceEncoding encoding, Range?[] offsets, int?[] sequenceIds)
    {
        Encoding = encoding;
        Offsets = offsets;
        SequenceIds = sequenceIds;
    }

    /// <summary>The row, the same as without offsets.</summary>
    public SequenceEncoding Encoding { get; }

    /// <summary>Which part of the text each token stands for (<c>offset_mapping</c>), <c>[columns]</c>.</summary>
    /// <value>
    /// From the first UTF-16 unit to the one after the last, never from the end, so that <c>text[range]</c> is that part of
    /// the original <see cref="string"/>; Hugging Face counts Unicode scalars instead. Null for a special token that the
    /// tokenizer put around the text, for which Hugging Face has (0, 0). A range may be empty where nothing but a space was
    /// trimmed off, and several tokens may stand for the same character.
    /// </value>
    public IReadOnlyList<Range?> Offsets { get; }

    /// <summary>Which text each token is of (<c>sequence_ids</c>), <c>[columns]</c>.</summary>
    /// <value>0 for the text, 1 for its pair, and null for a special token that the tokenizer put around them.</value>
    public IReadOnlyList<int?> SequenceIds { get; }
}

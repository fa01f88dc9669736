namespace Batching.Graphs;

/// <summary>A piece of a message: a run of fields as they are, or one field that is a message or bytes of its own.</summary>
/// <param name="Number">The field's number; 0 for a run of fields.</param>
/// <param name="Message">The field's message; null for a run of fields, and for bytes.</param>
/// <param name="Part">The fields, or the field's bytes.</param>
internal readonly record struct OnnxPiece(int Number, OnnxMessage? Message, OnnxPart Part)
{
    /// <summary>Fields as they are.</summary>
    public OnnxPiece(ReadOnlyMemory<byte> fields)
        : this(Number: 0, Message: null, new OnnxPart(fields))
    {
    }

    /// <summary>A field that is a message.</summary>
    public OnnxPiece(int number, OnnxMessage message)
        : this(number, message, default)
    {
    }

    /// <summary>A field that is bytes.</summary>
    public OnnxPiece(int number, OnnxPart bytes)
        : this(number, Message: null, bytes)
    {
    }

    /// <summary>How many bytes it has in the file.</summary>
    public long Length => Number == 0 ? Part.Length : ProtobufWriter.LengthOfHeader(Number, ContentLength) + ContentLength;

    /// <summary>Of a field, how many bytes it has after its number and length.</summary>
    public long ContentLength => Message?.Length ?? Part.Length;
}

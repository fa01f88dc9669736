namespace Batching.Graphs;

/// <summary>How a field of a protobuf message is stored, by its number in the format.</summary>
internal enum WireType
{
    /// <summary>A number of seven bits a byte.</summary>
    Varint = 0,

    /// <summary>Eight bytes.</summary>
    Fixed64 = 1,

    /// <summary>A text, bytes, another message or packed numbers, after their length.</summary>
    Bytes = 2,

    /// <summary>Fields up to a mark of their end: long out of use, and in no message of ONNX.</summary>
    StartGroup = 3,

    /// <summary>The mark.</summary>
    EndGroup = 4,

    /// <summary>Four bytes.</summary>
    Fixed32 = 5,
}

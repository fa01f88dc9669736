namespace Batching.Graphs;

/// <summary>The types of a tensor's numbers that are named here, by their numbers in the format.</summary>
internal enum ElementType
{
    Undefined = 0,
    Float = 1,
    Uint8 = 2,
    Int8 = 3,
    Int64 = 7,
    Float16 = 10,
}

namespace Batching.Rows.Inputs;

/// <summary>A list of values of one type.</summary>
internal sealed record ThriftList(ThriftType Type, IReadOnlyList<object?> Values)
{
    public IEnumerable<ThriftStruct> Structs => Values.OfType<ThriftStruct>();
}

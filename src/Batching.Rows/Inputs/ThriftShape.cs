namespace Batching.Rows.Inputs;

/// <summary>Which fields a struct may have, and of which types.</summary>
/// <param name="Fields">The type of each field; for a list, that of its elements too, and the shape of structs.</param>
internal sealed record ThriftShape(IReadOnlyDictionary<short, (ThriftType Type, ThriftType Element, ThriftShape? Shape)> Fields)
{
    public static (ThriftType Type, ThriftType Element, ThriftShape? Shape) Value(ThriftType type) => (type, default, null);

    public static (ThriftType Type, ThriftType Element, ThriftShape? Shape) Struct(ThriftShape shape) => (ThriftType.Struct, default, shape);

    public static (ThriftType Type, ThriftType Element, ThriftShape? Shape) List(ThriftType type, ThriftShape? shape = null) => (ThriftType.List, type, shape);

    /// <summary>Takes the fields away that it does not name.</summary>
    /// <exception cref="InvalidDataException">A field is of another type.</exception>
    public void Cut(ThriftStruct value)
    {
        foreach ((short id, ThriftType type, object? field) in value.Fields.ToArray())
        {
            if (!Fields.TryGetValue(id, out (ThriftType Type, ThriftType Element, ThriftShape? Shape) expected))
            {
                value.Remove(id);
            }
            else if (Plain(type) != expected.Type || (field is ThriftList list && list.Values.Count > 0 && Plain(list.Type) != expected.Element))
            {
                throw new InvalidDataException($"the field {id} of a structure is of another type than it has to be");
            }
            else if (expected.Shape is { } shape)
            {
                foreach (ThriftStruct inner in field is ThriftList structs ? structs.Structs : [(ThriftStruct)field!])
                {
                    shape.Cut(inner);
                }
            }
        }
    }

    private static ThriftType Plain(ThriftType type) => type == ThriftType.False ? ThriftType.True : type;
}

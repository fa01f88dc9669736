namespace Batching.Rows.Inputs;

/// <summary>The fields of a struct by their ids. A value is a bool, a long, bytes, a list, a struct, or null for what is passed over.</summary>
internal sealed class ThriftStruct
{
    private readonly SortedDictionary<short, (ThriftType Type, object? Value)> fields = [];

    public IEnumerable<(short Id, ThriftType Type, object? Value)> Fields => fields.Select(entry => (entry.Key, entry.Value.Type, entry.Value.Value));

    public void Set(short id, ThriftType type, object? value) => fields[id] = (type, value);

    public void Remove(short id) => fields.Remove(id);

    public bool Has(short id) => fields.ContainsKey(id);

    /// <exception cref="InvalidDataException">There is no such number.</exception>
    public long Number(short id) => NumberOrNull(id) ?? throw Missing(id);

    public long? NumberOrNull(short id) => fields.GetValueOrDefault(id).Value as long?;

    public bool? Flag(short id) => fields.GetValueOrDefault(id).Value as bool?;

    /// <exception cref="InvalidDataException">There is no such struct.</exception>
    public ThriftStruct Struct(short id) => fields.GetValueOrDefault(id).Value as ThriftStruct ?? throw Missing(id);

    /// <exception cref="InvalidDataException">There is no such list.</exception>
    public ThriftList List(short id) => fields.GetValueOrDefault(id).Value as ThriftList ?? throw Missing(id);

    private static InvalidDataException Missing(short id) => new($"the field {id} of a structure is missing");
}

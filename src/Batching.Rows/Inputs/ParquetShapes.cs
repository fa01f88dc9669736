namespace Batching.Rows.Inputs;

/// <summary>The structures of Parquet's specification, as far as they are needed to read columns.</summary>
internal static class ParquetShapes
{
    private static readonly ThriftShape Empty = new(new Dictionary<short, (ThriftType, ThriftType, ThriftShape?)>());

    private static readonly ThriftShape Time = new(new Dictionary<short, (ThriftType, ThriftType, ThriftShape?)>
    {
        [1] = ThriftShape.Value(ThriftType.True),
        [2] = ThriftShape.Struct(new(new Dictionary<short, (ThriftType, ThriftType, ThriftShape?)>
        {
            [1] = ThriftShape.Struct(Empty),
            [2] = ThriftShape.Struct(Empty),
            [3] = ThriftShape.Struct(Empty),
        })),
    });

    private static readonly ThriftShape LogicalType = new(new Dictionary<short, (ThriftType, ThriftType, ThriftShape?)>
    {
        [1] = ThriftShape.Struct(Empty),
        [2] = ThriftShape.Struct(Empty),
        [3] = ThriftShape.Struct(Empty),
        [4] = ThriftShape.Struct(Empty),
        [5] = ThriftShape.Struct(Numbers(1, 2)),
        [6] = ThriftShape.Struct(Empty),
        [7] = ThriftShape.Struct(Time),
        [8] = ThriftShape.Struct(Time),
        [10] = ThriftShape.Struct(new(new Dictionary<short, (ThriftType, ThriftType, ThriftShape?)>
        {
            [1] = ThriftShape.Value(ThriftType.Byte),
            [2] = ThriftShape.Value(ThriftType.True),
        })),
        [11] = ThriftShape.Struct(Empty),
        [12] = ThriftShape.Struct(Empty),
        [13] = ThriftShape.Struct(Empty),
        [14] = ThriftShape.Struct(Empty),
        [15] = ThriftShape.Struct(Empty),
    });

    private static readonly ThriftShape SchemaElement = new(new Dictionary<short, (ThriftType, ThriftType, ThriftShape?)>(Numbers(1, 2, 3, 5, 6, 7, 8, 9).Fields)
    {
        [4] = ThriftShape.Value(ThriftType.Binary),
        [10] = ThriftShape.Struct(LogicalType),
    });

    private static readonly ThriftShape Column = new(new Dictionary<short, (ThriftType, ThriftType, ThriftShape?)>
    {
        [1] = ThriftShape.Value(ThriftType.Int32),
        [2] = ThriftShape.List(ThriftType.Int32),
        [3] = ThriftShape.List(ThriftType.Binary),
        [4] = ThriftShape.Value(ThriftType.Int32),
        [5] = ThriftShape.Value(ThriftType.Int64),
        [6] = ThriftShape.Value(ThriftType.Int64),
        [7] = ThriftShape.Value(ThriftType.Int64),
        [9] = ThriftShape.Value(ThriftType.Int64),
        [10] = ThriftShape.Value(ThriftType.Int64),
        [11] = ThriftShape.Value(ThriftType.Int64),
    });

    private static readonly ThriftShape RowGroup = new(new Dictionary<short, (ThriftType, ThriftType, ThriftShape?)>
    {
        [1] = ThriftShape.List(ThriftType.Struct, new(new Dictionary<short, (ThriftType, ThriftType, ThriftShape?)>
        {
            [1] = ThriftShape.Value(ThriftType.Binary),
            [2] = ThriftShape.Value(ThriftType.Int64),
            [3] = ThriftShape.Struct(Column),
        })),
        [2] = ThriftShape.Value(ThriftType.Int64),
        [3] = ThriftShape.Value(ThriftType.Int64),
    });

    /// <summary>FileMetaData, without statistics and whatever else no column needs.</summary>
    public static ThriftShape File { get; } = new(new Dictionary<short, (ThriftType, ThriftType, ThriftShape?)>
    {
        [1] = ThriftShape.Value(ThriftType.Int32),
        [2] = ThriftShape.List(ThriftType.Struct, SchemaElement),
        [3] = ThriftShape.Value(ThriftType.Int64),
        [4] = ThriftShape.List(ThriftType.Struct, RowGroup),
    });

    /// <summary>PageHeader; statistics are not looked into.</summary>
    public static ThriftShape Page { get; } = new(new Dictionary<short, (ThriftType, ThriftType, ThriftShape?)>(Numbers(1, 2, 3, 4).Fields)
    {
        [5] = ThriftShape.Struct(Numbers(1, 2, 3, 4)),
        [6] = ThriftShape.Struct(Empty),
        [7] = ThriftShape.Struct(Numbers(1, 2)),
        [8] = ThriftShape.Struct(new(new Dictionary<short, (ThriftType, ThriftType, ThriftShape?)>(Numbers(1, 2, 3, 4, 5, 6).Fields)
        {
            [7] = ThriftShape.Value(ThriftType.True),
        })),
    });

    private static ThriftShape Numbers(params short[] ids) => new(ids.ToDictionary(id => id, _ => ThriftShape.Value(ThriftType.Int32)));
}

using System.Collections;
using Batching.Tests.Onnx;
using CsCheck;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Batching.Tests.HostileFiles;

/// <summary>A change to one field somewhere in an .onnx file, which stays a file that a protobuf parser reads.</summary>
/// <param name="Field">Which, as a share of all fields that are set.</param>
/// <param name="Change">What is done, of what its type allows.</param>
/// <param name="Value">What it is set to.</param>
internal sealed record GraphMutation(double Field, int Change, int Value)
{
    private static readonly long[] Numbers =
        [0, 1, -1, 2, 7, 9, 100, 127, 255, 65_536, int.MaxValue, int.MinValue, 1L << 32, 1L << 40, long.MaxValue, long.MinValue];

    private static readonly string[] Texts =
    [
        "", "input_ids", "attention_mask", "masked", "embeddings", "logits", "axis1", "nowhere", "Gather", "Cast", "Mul", "ReduceSum", "Loop", "If", "Scan",
        "Reshape", "Expand", "ConstantOfShape", "Unsqueeze", "to", "keepdims", "axis", "com.microsoft", "ai.onnx.ml", "\0", new string('x', 5000), "../x", "/x",
    ];

    public static Gen<GraphMutation[]> Several { get; } =
        Gen.Select(Gen.Double.Unit, Gen.Int[0, 3], Gen.Int[0, 1000], (field, change, value) => new GraphMutation(field, change, value)).Array[1, 4];

    public void Apply(ModelProto model)
    {
        (IMessage Message, FieldDescriptor Field)[] fields = [.. FieldsOf(model)];
        if (fields.Length == 0)
        {
            return;
        }

        (IMessage message, FieldDescriptor field) = fields[(int)(Field * (fields.Length - 1))];
        if (field.IsRepeated)
        {
            ChangeList((IList)field.Accessor.GetValue(message), field);
        }
        else if (Change == 0 || field.FieldType == FieldType.Message)
        {
            field.Accessor.Clear(message);
        }
        else
        {
            field.Accessor.SetValue(message, NewValue(field, field.Accessor.GetValue(message)));
        }
    }

    private static IEnumerable<(IMessage Message, FieldDescriptor Field)> FieldsOf(IMessage message)
    {
        foreach (FieldDescriptor field in message.Descriptor.Fields.InFieldNumberOrder())
        {
            object? value = field.IsRepeated || !field.HasPresence || field.Accessor.HasValue(message) ? field.Accessor.GetValue(message) : null;
            if (value is null or IList { Count: 0 })
            {
                continue;
            }

            yield return (message, field);
            IEnumerable<IMessage> within = value is IList list ? list.OfType<IMessage>() : value is IMessage one ? [one] : [];
            foreach ((IMessage, FieldDescriptor) inner in within.SelectMany(FieldsOf))
            {
                yield return inner;
            }
        }
    }

    private void ChangeList(IList list, FieldDescriptor field)
    {
        int index = Value % list.Count;
        object? item = list[index];
        switch (Change)
        {
            case 0:
                list.RemoveAt(index);
                break;
            case 1:
                list.Add(item);
                break;
            case 2 when item is not IMessage:
                list[index] = NewValue(field, item!);
                break;
            default:
                (list[index], list[0]) = (list[0], list[index]);
                break;
        }
    }

    private object NewValue(FieldDescriptor field, object old) => old switch
    {
        long => Numbers[Value % Numbers.Length],
        int => (int)Numbers[Value % Numbers.Length],
        ulong => (ulong)Numbers[Value % Numbers.Length],
        float => BitConverter.Int32BitsToSingle((int)Numbers[Value % Numbers.Length]),
        double => BitConverter.Int64BitsToDouble(Numbers[Value % Numbers.Length]),
        bool set => !set,
        string => Texts[Value % Texts.Length],
        ByteString bytes => Change == 1 ? ByteString.CopyFrom(bytes.Span[..(bytes.Length / 2)]) : ByteString.CopyFrom([.. bytes.Span, .. bytes.Span]),
        _ => Enum.ToObject(field.EnumType.ClrType, (int)Numbers[Value % Numbers.Length]),
    };
}

using System.Text;

namespace Batching.Graphs;

/// <summary>A field of a protobuf message, as a part of the message's own bytes: nothing is copied, however large.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Type">How it is stored.</param>
/// <param name="Value">Of a number of seven bits a byte, its value.</param>
/// <param name="Content">Of a text, bytes or another message, its content; of a number of four or eight bytes, these.</param>
/// <param name="Whole">All its bytes, with its number and length.</param>
internal readonly record struct ProtobufField(int Number, WireType Type, ulong Value, ReadOnlyMemory<byte> Content, ReadOnlyMemory<byte> Whole)
{
    private const int BitsOfType = 3;

    // Protobuf reads no more groups within each other either.
    private const int DeepestGroup = 100;

    /// <summary>Whether it is a text, bytes or another message.</summary>
    public bool HasContent => Type == WireType.Bytes;

    /// <summary>The fields of a message in their order.</summary>
    /// <exception cref="InvalidDataException">The message is damaged.</exception>
    public static IEnumerable<ProtobufField> Of(ReadOnlyMemory<byte> message)
    {
        int position = 0;
        while (position < message.Length)
        {
            yield return ReadField(message, ref position, DeepestGroup);
        }
    }

    /// <summary>The content as text.</summary>
    public string Text() => Encoding.UTF8.GetString(Content.Span);

    /// <summary>The content as packed integers; the value, where it is a single one.</summary>
    /// <exception cref="InvalidDataException">The content is damaged.</exception>
    public IEnumerable<long> Integers()
    {
        if (Type == WireType.Varint)
        {
            yield return (long)Value;
            yield break;
        }

        int position = 0;
        while (position < Content.Length)
        {
            yield return (long)ReadVarint(Content.Span, ref position);
        }
    }

    private static ProtobufField ReadField(ReadOnlyMemory<byte> message, ref int position, int deepest)
    {
        int start = position;
        ulong tag = ReadVarint(message.Span, ref position);
        if (tag is < 1 << BitsOfType or > uint.MaxValue)
        {
            throw Damaged();
        }

        int number = (int)(tag >> BitsOfType);
        var type = (WireType)(tag & ((1 << BitsOfType) - 1));
        ulong value = 0;
        ReadOnlyMemory<byte> content = default;
        switch (type)
        {
            case WireType.Varint:
                value = ReadVarint(message.Span, ref position);
                break;
            case WireType.Bytes:
                content = Take(ReadVarint(message.Span, ref position), message, ref position);
                break;
            case WireType.Fixed32:
                content = Take(sizeof(uint), message, ref position);
                break;
            case WireType.Fixed64:
                content = Take(sizeof(ulong), message, ref position);
                break;
            case WireType.StartGroup when deepest > 0:
                while (ReadField(message, ref position, deepest - 1).Type != WireType.EndGroup)
                {
                    // What is in a group is not looked at.
                }

                break;
            case WireType.EndGroup when deepest < DeepestGroup:
                break;
            default:
                throw Damaged();
        }

        return new ProtobufField(number, type, value, content, message[start..position]);
    }

    private static ReadOnlyMemory<byte> Take(ulong length, ReadOnlyMemory<byte> message, ref int position)
    {
        if (length > (ulong)(message.Length - position))
        {
            throw Damaged();
        }

        ReadOnlyMemory<byte> taken = message.Slice(position, (int)length);
        position += (int)length;
        return taken;
    }

    private static ulong ReadVarint(ReadOnlySpan<byte> message, ref int position)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            if (position == message.Length)
            {
                break;
            }

            byte next = message[position++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Damaged();
    }

    private static InvalidDataException Damaged() => new("The message is damaged.");
}

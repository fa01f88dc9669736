using System.Text;
using Google.Protobuf;

namespace Batching.Folders;

/// <summary>A field of a protobuf message, as a part of the message's own bytes: nothing is copied, however large.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Value">Of a number, its value.</param>
/// <param name="Content">Of a text, bytes or another message, its content.</param>
/// <param name="Whole">All its bytes, with its number and length.</param>
internal readonly record struct ProtobufField(int Number, ulong Value, ReadOnlyMemory<byte> Content, ReadOnlyMemory<byte> Whole)
{
    /// <summary>The fields of a message in their order.</summary>
    /// <exception cref="InvalidDataException">The message is damaged.</exception>
    public static IEnumerable<ProtobufField> Of(ReadOnlyMemory<byte> message)
    {
        int position = 0;
        while (position < message.Length)
        {
            int start = position;
            ulong tag = ReadVarint(message.Span, ref position);
            int number = checked((int)Math.Min(tag >> 3, int.MaxValue));
            ulong value = 0;
            ReadOnlyMemory<byte> content = default;
            switch ((WireFormat.WireType)(tag & 7))
            {
                case WireFormat.WireType.Varint:
                    value = ReadVarint(message.Span, ref position);
                    break;
                case WireFormat.WireType.LengthDelimited:
                    content = Take(ReadVarint(message.Span, ref position), message, ref position);
                    break;
                case WireFormat.WireType.Fixed32:
                    content = Take(sizeof(uint), message, ref position);
                    break;
                case WireFormat.WireType.Fixed64:
                    content = Take(sizeof(ulong), message, ref position);
                    break;
                default:
                    throw Damaged();
            }

            yield return new ProtobufField(number, value, content, message[start..position]);
        }
    }

    /// <summary>Whether it is a text, bytes or another message.</summary>
    public bool HasContent => (WireFormat.WireType)(Whole.Span[0] & 7) == WireFormat.WireType.LengthDelimited;

    /// <summary>The content as text.</summary>
    public string Text() => Encoding.UTF8.GetString(Content.Span);

    /// <summary>The content as packed integers; the value, where it is a single one.</summary>
    public IReadOnlyList<long> Integers()
    {
        if ((WireFormat.WireType)(Whole.Span[0] & 7) == WireFormat.WireType.Varint)
        {
            return [(long)Value];
        }

        List<long> integers = [];
        int position = 0;
        while (position < Content.Length)
        {
            integers.Add((long)ReadVarint(Content.Span, ref position));
        }

        return integers;
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

using System.Buffers.Binary;
using Batching.Tests.Onnx;
using Google.Protobuf;
using Xunit;

namespace Batching.Tests;

/// <summary>Files of a model that are still of their kind, and no longer the same.</summary>
internal static class ChangedModel
{
    /// <summary>A file with one byte changed, or one more, that is still a file of its kind.</summary>
    public static byte[] Of(string name, byte[] content)
    {
        switch (Path.GetExtension(name))
        {
            case ".json":
                return [.. content, (byte)' '];
            case ".txt":
                int end = Array.LastIndexOf(content, (byte)'\n');
                return [.. content[..end], (byte)'\r', .. content[end..]];
            case ".onnx":
                ModelProto proto = ModelProto.Parser.ParseFrom(content);
                proto.ProducerName += "!";
                return proto.ToByteArray();
            default:
                return WithAnotherScore(content);
        }
    }

    // The pieces of a SentencePiece model come first, each a message of a text and a score.
    private static byte[] WithAnotherScore(byte[] model)
    {
        const byte PieceTag = 0x0A;
        const byte ScoreTag = 0x15;
        int position = 0;
        for (int piece = 0; piece < 10; piece++)
        {
            Assert.Equal(PieceTag, model[position]);
            position += 2 + model[position + 1];
        }

        int score = position + 4 + model[position + 3];
        Assert.Equal(ScoreTag, model[score]);
        byte[] changed = [.. model];
        Span<byte> bytes = changed.AsSpan(score + 1, sizeof(float));
        BinaryPrimitives.WriteSingleLittleEndian(bytes, MathF.BitIncrement(BinaryPrimitives.ReadSingleLittleEndian(bytes)));
        return changed;
    }
}

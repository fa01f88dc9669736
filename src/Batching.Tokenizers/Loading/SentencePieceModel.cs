using System.Text;
using Google.Protobuf;

namespace Batching.Tokenization;

/// <summary>What a tokenizer needs of a SentencePiece <c>.model</c> file.</summary>
internal sealed record SentencePieceModel
{
    // The numbers of the fields in SentencePiece's protobuf schema.
    private const int PiecesField = 1;
    private const int TrainerField = 2;
    private const int NormalizerField = 3;
    private const int PieceTextField = 1;
    private const int PieceScoreField = 2;
    private const int PieceTypeField = 3;
    private const int ModelTypeField = 3;
    private const int UnknownIdField = 40;
    private const int UnknownPieceField = 45;
    private const int CharsmapField = 2;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public List<SentencePiece> Pieces { get; } = [];

    /// <summary>1 for unigram, 2 for BPE, 3 for words, 4 for characters.</summary>
    public int ModelType { get; private set; } = 1;

    public int UnknownTokenId { get; private set; }

    public string UnknownPiece { get; private set; } = "<unk>";

    /// <summary>The <c>precompiled_charsmap</c>, empty where nothing is normalized.</summary>
    public byte[] Charsmap { get; private set; } = [];

    /// <exception cref="ModelLoadException">The file is damaged.</exception>
    public static SentencePieceModel Read(byte[] content, string file)
    {
        try
        {
            var model = new SentencePieceModel();
            model.ReadModel(new CodedInputStream(content));
            return model;
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidDataException or DecoderFallbackException)
        {
            throw new ModelLoadException(
                $"'{file}' is damaged: it is not a SentencePiece model ({exception.Message}) Download the file again.", file, exception);
        }
    }

    private void ReadModel(CodedInputStream stream)
    {
        while (stream.ReadTag() is not 0 and var tag)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case PiecesField:
                    Pieces.Add(ReadPiece(Message(stream, tag)));
                    break;
                case TrainerField:
                    ReadTrainer(Message(stream, tag));
                    break;
                case NormalizerField:
                    ReadNormalizer(Message(stream, tag));
                    break;
                default:
                    stream.SkipLastField();
                    break;
            }
        }
    }

    private static SentencePiece ReadPiece(CodedInputStream stream)
    {
        string text = "";
        float score = 0;
        var type = SentencePieceType.Normal;
        while (stream.ReadTag() is not 0 and var tag)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case PieceTextField:
                    text = StrictUtf8.GetString(Bytes(stream, tag));
                    break;
                case PieceScoreField:
                    Expect(tag, WireFormat.WireType.Fixed32);
                    score = stream.ReadFloat();
                    break;
                case PieceTypeField:
                    type = (SentencePieceType)Number(stream, tag);
                    break;
                default:
                    stream.SkipLastField();
                    break;
            }
        }

        return new SentencePiece(text, score, type);
    }

    private void ReadTrainer(CodedInputStream stream)
    {
        while (stream.ReadTag() is not 0 and var tag)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case ModelTypeField:
                    ModelType = Number(stream, tag);
                    break;
                case UnknownIdField:
                    UnknownTokenId = Number(stream, tag);
                    break;
                case UnknownPieceField:
                    UnknownPiece = StrictUtf8.GetString(Bytes(stream, tag));
                    break;
                default:
                    stream.SkipLastField();
                    break;
            }
        }
    }

    private void ReadNormalizer(CodedInputStream stream)
    {
        while (stream.ReadTag() is not 0 and var tag)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case CharsmapField:
                    Charsmap = Bytes(stream, tag);
                    break;
                default:
                    stream.SkipLastField();
                    break;
            }
        }
    }

    private static CodedInputStream Message(CodedInputStream stream, uint tag) => new(Bytes(stream, tag));

    private static byte[] Bytes(CodedInputStream stream, uint tag)
    {
        Expect(tag, WireFormat.WireType.LengthDelimited);
        return stream.ReadBytes().ToByteArray();
    }

    private static int Number(CodedInputStream stream, uint tag)
    {
        Expect(tag, WireFormat.WireType.Varint);
        return stream.ReadInt32();
    }

    private static void Expect(uint tag, WireFormat.WireType type)
    {
        if (WireFormat.GetTagWireType(tag) != type)
        {
            throw new InvalidDataException($"Field {WireFormat.GetTagFieldNumber(tag)} is of another type than it should be.");
        }
    }
}

using System.Text;

namespace Batching.Tokenization;

/// <summary>Hugging Face's <c>UnicodeScripts</c>: splits a text where its script changes; what comes before the first script is dropped.</summary>
internal sealed class UnicodeScriptsPreTokenizer : TextPreTokenizer
{
    public static UnicodeScriptsPreTokenizer Read(JsonSection json) => new();

    protected override void Split(TextPieces pieces)
    {
        int before = ScriptTable.Any;
        while (!pieces.Piece.IsEmpty)
        {
            Rune.DecodeFromUtf16(pieces.Piece, out Rune rune, out int width);
            int script = ScriptTable.ScriptOf(rune.Value);
            if (script == ScriptTable.Any && before == ScriptTable.Any)
            {
                pieces.Drop(width);
                continue;
            }

            if (script != ScriptTable.Any)
            {
                if (script != before)
                {
                    pieces.EndPiece();
                }

                before = script;
            }

            pieces.Copy(width);
        }

        pieces.EndPiece();
    }
}

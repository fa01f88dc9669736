using System.Text;

namespace Batching.Tokenization;

/// <summary>The normalization forms of an <see cref="AlignedText"/>, placed as Hugging Face's library places them.</summary>
/// <remarks>
/// What a scalar decomposes to stands for that scalar, and a composed scalar for the first that it is composed of. Marks
/// that are put into order take each other's places in turn: the first mark stands for the first of the text.
/// </remarks>
internal static class AlignedForms
{
    public static void Normalize(NormalizationForm form, AlignedText text)
    {
        bool isCompatibility = form is NormalizationForm.FormKC or NormalizationForm.FormKD;
        List<ScalarEdit> edits = Decompose(text, isCompatibility);
        text.Apply(form is NormalizationForm.FormC or NormalizationForm.FormKC ? Compose(edits) : edits);
    }

    private static List<ScalarEdit> Decompose(AlignedText text, bool isCompatibility)
    {
        var edits = new List<ScalarEdit>(text.Count);
        List<ScalarEdit> marks = [];
        Span<int> parts = stackalloc int[UnicodeTable.LongestMapping];
        for (int i = 0; i < text.Count; i++)
        {
            int change = 0;
            foreach (int part in parts[..UnicodeNormalizer.Decompose(text[i], isCompatibility, parts)])
            {
                var edit = new ScalarEdit(part, change);
                change = 1;
                if (UnicodeTable.CombiningClassOf(part) != 0)
                {
                    marks.Add(edit);
                    continue;
                }

                AddInOrder(marks, edits);
                edits.Add(edit);
            }
        }

        AddInOrder(marks, edits);
        return edits;
    }

    // OrderBy is stable, as the canonical order demands.
    private static void AddInOrder(List<ScalarEdit> marks, List<ScalarEdit> edits)
    {
        if (marks.Count > 0)
        {
            edits.AddRange(marks.OrderBy(mark => UnicodeTable.CombiningClassOf(mark.Scalar)));
            marks.Clear();
        }
    }

    private static List<ScalarEdit> Compose(List<ScalarEdit> decomposed)
    {
        var edits = new List<ScalarEdit>(decomposed.Count);
        List<ScalarEdit> marks = [];
        ScalarEdit? starter = null;
        int lastClass = -1;
        foreach (ScalarEdit edit in decomposed)
        {
            int combiningClass = UnicodeTable.CombiningClassOf(edit.Scalar);
            if (starter is { } open
                && combiningClass > lastClass
                && UnicodeNormalizer.Compose(open.Scalar, edit.Scalar) is >= 0 and var composite)
            {
                // It reads what both read.
                starter = new ScalarEdit(composite, open.Change + edit.Change - 1);
            }
            else if (combiningClass == 0)
            {
                Flush();
                starter = edit;
            }
            else if (starter is null)
            {
                edits.Add(edit);
            }
            else
            {
                marks.Add(edit);
                lastClass = combiningClass;
            }
        }

        Flush();
        return edits;

        void Flush()
        {
            if (starter is { } open)
            {
                edits.Add(open);
            }

            edits.AddRange(marks);
            marks.Clear();
            lastClass = -1;
        }
    }
}

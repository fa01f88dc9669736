using System.Buffers;
using System.Globalization;
using System.Text;

namespace Batching.Tokenization;

/// <summary>Reads the <c>normalizer</c> of <c>tokenizer.json</c>.</summary>
internal static class NormalizerJson
{
    private const string Supported =
        "BertNormalizer, Lowercase, NFC, NFD, NFKC, NFKD, Nmt, Precompiled, Prepend, Replace, Sequence, Strip and StripAccents are";

    // What means something else than itself in a regular expression.
    private static readonly SearchValues<char> Operators = SearchValues.Create("\\^$.|?*+()[]{}#");

    /// <returns>The normalizer, or null where there is none.</returns>
    /// <exception cref="ModelLoadException">It is damaged, or of a type not supported.</exception>
    public static NormalizerDefinition? Read(JsonSection json)
    {
        if (json.Section("normalizer") is not { } normalizer)
        {
            return null;
        }

        List<NormalizerDefinition> steps = [];
        ReadInto(normalizer, steps);
        return steps.Count switch
        {
            0 => null,
            1 => steps[0],
            _ => new NormalizerDefinition.Sequence(steps),
        };
    }

    // Sequences within sequences are one; how deep they go is limited by the depth of the JSON.
    private static void ReadInto(JsonSection normalizer, List<NormalizerDefinition> steps)
    {
        string? type = normalizer.String("type");
        if (type == "Sequence")
        {
            if (!normalizer.Has("normalizers"))
            {
                throw normalizer.Refuse("the Sequence has no 'normalizers'. Download the file again.");
            }

            foreach (JsonSection step in normalizer.Sections("normalizers"))
            {
                ReadInto(step, steps);
            }

            return;
        }

        steps.Add(type switch
        {
            "BertNormalizer" => new NormalizerDefinition.Bert(new NormalizerOptions(
                normalizer.Boolean("clean_text") ?? true,
                normalizer.Boolean("handle_chinese_chars") ?? true,
                normalizer.Boolean("strip_accents"),
                normalizer.Boolean("lowercase") ?? true)),
            "NFC" => new NormalizerDefinition.Form(NormalizationForm.FormC),
            "NFD" => new NormalizerDefinition.Form(NormalizationForm.FormD),
            "NFKC" => new NormalizerDefinition.Form(NormalizationForm.FormKC),
            "NFKD" => new NormalizerDefinition.Form(NormalizationForm.FormKD),
            "Lowercase" => new NormalizerDefinition.Lowercase(),
            "StripAccents" => new NormalizerDefinition.StripAccents(),
            "Nmt" => new NormalizerDefinition.Nmt(),
            "Precompiled" => new NormalizerDefinition.Precompiled(ReadMap(normalizer)),
            "Replace" => ReadReplace(normalizer),
            "Prepend" => new NormalizerDefinition.Prepend(
                normalizer.String("prepend") ?? throw normalizer.Refuse("the Prepend has no 'prepend'. Download the file again.")),
            "Strip" => new NormalizerDefinition.Strip(normalizer.Boolean("strip_left") ?? true, normalizer.Boolean("strip_right") ?? true),
            _ => throw normalizer.Refuse(
                $"the normalizer is of type '{type ?? "none"}', which is not supported; {Supported}. {TokenizerReader.SupportedModels}"),
        });
    }

    private static Charsmap ReadMap(JsonSection normalizer)
    {
        string map = normalizer.String("precompiled_charsmap")
            ?? throw normalizer.Refuse("the Precompiled has no 'precompiled_charsmap'. Download the file again.");
        try
        {
            return Charsmap.Read(Convert.FromBase64String(map), normalizer.Refuse);
        }
        catch (FormatException)
        {
            throw normalizer.Refuse("the 'precompiled_charsmap' is not Base64. Download the file again.");
        }
    }

    private static NormalizerDefinition ReadReplace(JsonSection normalizer)
    {
        string content = normalizer.String("content") ?? throw normalizer.Refuse("the Replace has no 'content'. Download the file again.");
        JsonSection pattern = normalizer.Section("pattern") ?? throw normalizer.Refuse("the Replace has no 'pattern'. Download the file again.");
        if (pattern.String("String") is { } text)
        {
            return text.Length > 0
                ? new NormalizerDefinition.Replace(text, content)
                : throw pattern.Refuse("the text to replace is empty. Correct the file.");
        }

        string expression = pattern.String("Regex") ?? throw pattern.Refuse("expected a 'String' or a 'Regex'. Download the file again.");
        if (expression.Length > 0 && !expression.AsSpan().ContainsAny(Operators))
        {
            return new NormalizerDefinition.Replace(expression, content);
        }

        return expression.StartsWith(" {", StringComparison.Ordinal)
            && expression.EndsWith(",}", StringComparison.Ordinal)
            && int.TryParse(expression.AsSpan(2..^2), NumberStyles.None, CultureInfo.InvariantCulture, out int least)
            && least > 0
            ? new NormalizerDefinition.ReplaceSpaces(least, content)
            : throw pattern.Refuse(
                $"the regular expression '{expression}' is not supported; literal texts and runs of spaces such as ' {{2,}}' are. {TokenizerReader.SupportedModels}");
    }
}

using System.Text.Json.Nodes;
using Xunit;

namespace Batching.Tests.Tokenization;

/// <summary>Every part of a <c>tokenizer.json</c> with every option, each in a file of its own: the ids of Hugging Face's library.</summary>
public sealed class PartGoldenTests
{
    private const string Archive = "tokenizer-parts.zip";

    private static readonly EncodingOptions Whole = new() { Truncation = TruncationStrategy.None };

    public static TheoryData<string> Folders => [.. GoldenArchive.Folders(Archive, "tokenizer.json")];

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_part_does_what_Hugging_Faces_does(string folder)
    {
        SequenceTokenizer tokenizer = GoldenArchive.Load(Archive, folder);
        var differing = new Differences();
        foreach (JsonObject golden in GoldenArchive.Lines(Archive, $"{folder}/expected.jsonl"))
        {
            var input = new TextInput((string)golden["text"]!, (string?)golden["pair"]);
            if (golden.ContainsKey("error"))
            {
                differing.Expect(input, "an error", Refusal(tokenizer, input) ?? "no error");
                continue;
            }

            differing.Expect(input, golden["ids"]!.Ints(), () => tokenizer.Encode(input, Whole).InputIds);
            if (golden["token_type_ids"] is { } types)
            {
                differing.Expect(input, types.Ints(), () => tokenizer.Encode(input, Whole).TokenTypeIds);
            }

            // The longer way, by words and their places, comes to the same.
            differing.Expect(
                input, golden["ids"]!.Ints(), () => tokenizer.EncodeWithOffsets(input, Whole).Encoding.InputIds);
        }

        differing.AssertNone();
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void What_a_file_says_of_truncation_and_padding_gives_Hugging_Faces_rows_when_it_is_asked_for(string folder)
    {
        JsonObject json = GoldenArchive.Json(Archive, $"{folder}/tokenizer.json");
        List<JsonObject> goldens = [.. GoldenArchive.Lines(Archive, $"{folder}/expected.jsonl").Where(golden => golden.ContainsKey("ids_active"))];
        Assert.Equal(folder.StartsWith("inside-", StringComparison.Ordinal), goldens.Count > 0);
        SequenceTokenizer tokenizer = GoldenArchive.Load(Archive, folder);
        var differing = new Differences();
        foreach (JsonObject golden in goldens)
        {
            var input = new TextInput((string)golden["text"]!, (string?)golden["pair"]);
            differing.Expect(input, golden["ids_active"]!.Ints(), () => Pad(tokenizer.Encode(input, OptionsOf(json["truncation"])).InputIds, json["padding"]));
        }

        differing.AssertNone();
    }

    private static EncodingOptions OptionsOf(JsonNode? truncation) => truncation is null ? Whole : new EncodingOptions
    {
        MaxLength = (int)truncation["max_length"]!,
        TruncationSide = (string)truncation["direction"]! == "Left" ? TruncationSide.Left : TruncationSide.Right,
        Truncation = (string)truncation["strategy"]! switch
        {
            "OnlyFirst" => TruncationStrategy.OnlyFirst,
            "OnlySecond" => TruncationStrategy.OnlySecond,
            _ => TruncationStrategy.LongestFirst,
        },
    };

    // Each text is a batch of its own.
    private static int[] Pad(IReadOnlyList<int> ids, JsonNode? padding)
    {
        if (padding is null)
        {
            return [.. ids];
        }

        var multiple = (int)padding["pad_to_multiple_of"]!;
        int length = padding["strategy"] is JsonObject fixedLength ? (int)fixedLength["Fixed"]! : ids.Count;
        length = Math.Max(ids.Count, (length + multiple - 1) / multiple * multiple);
        return [.. ids, .. Enumerable.Repeat((int)padding["pad_id"]!, length - ids.Count)];
    }

    private static string? Refusal(SequenceTokenizer tokenizer, TextInput input)
    {
        try
        {
            tokenizer.Encode(input, Whole);
            return null;
        }
        catch (ArgumentException)
        {
            return "an error";
        }
    }
}

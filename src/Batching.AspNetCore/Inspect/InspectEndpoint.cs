using Batching.AspNetCore.Endpoints;
using Batching.AspNetCore.Requests;
using Microsoft.Extensions.Options;

namespace Batching.AspNetCore.Inspect;

/// <summary><c>POST /inspect</c>: texts as one padded batch with its mask, and what the model says of them; what the page shows.</summary>
internal sealed class InspectEndpoint(RequestBody body, RequestRunner runner, AnswerWriter writer, IOptions<ClassifierServerOptions> options) : IEndpoint
{
    public static EndpointDescription Description { get; } = new()
    {
        Path = "/inspect",
        Summary = "Shows texts as a padded batch, and what the model says of them.",
        Request = RequestDescription.Of(InspectJson.Readable.InspectRequest, static texts => texts.Set(
            "inputs", "A text, or a list of texts, which are padded to one batch.", TextSchemas.Text(), texts.List(TextSchemas.Text()))),
        Answer = InspectJson.Readable.InspectedBatch,
        Errors = RequestDescription.Errors,
    };

    // Most are shorter by far.
    private const int LongestToken = 16;

    public async Task RunAsync(HttpContext context)
    {
        InspectRequest request = await body.ReadAsync(context, InspectJson.Readable.InspectRequest);
        string[] texts = InputReader.ReadTexts(request.Inputs, "inputs", options.Value.MaxClientBatchSize);
        SequenceClassifier loaded = runner.Classifier;
        using TokenRows rows = loaded.Tokenizer.EncodeBatch(texts);
        writer.Reserve(context, AnswerSize.OfBatch(texts, Enumerable.Range(0, rows.Count).Max(row => rows[row].Length), loaded.Labels, LongestToken));
        IReadOnlyList<Classification> results = await runner.RunAsync(
            context, [.. texts.Select(text => new TextInput(text))], truncate: null, direction: null);
        await writer.WriteAsync(context, Batch(loaded.Tokenizer, rows, texts, results), InspectJson.Readable.InspectedBatch);
    }

    private static InspectedBatch Batch(SequenceTokenizer tokenizer, TokenRows rows, string[] texts, IReadOnlyList<Classification> results)
    {
        using TokenBatch batch = TokenBatch.Pad(rows, tokenizer.PadTokenId, new PaddingOptions { Side = tokenizer.PaddingSide });
        var inspected = new InspectedRow[texts.Length];
        for (int row = 0; row < texts.Length; row++)
        {
            var ids = new long[batch.Columns];
            var mask = new long[batch.Columns];
            for (int column = 0; column < ids.Length; column++)
            {
                ids[column] = batch.InputIds[row, column];
                mask[column] = batch.AttentionMask[row, column];
            }

            Classification result = results[row];
            inspected[row] = new InspectedRow
            {
                Text = texts[row],
                Tokens = tokenizer.ConvertIdsToTokens([.. ids.Select(id => (int)id)]),
                InputIds = ids,
                AttentionMask = mask,
                IsTruncated = result.IsTruncated,
                Windows = Math.Max(1, result.Windows.Count),
                Logits = result.Logits.ToArray(),
                Scores = result.Scores.ToArray(),
                Label = result.Label,
                Score = result.Score,
            };
        }

        return new InspectedBatch(batch.Columns, results[0].Labels, inspected);
    }
}

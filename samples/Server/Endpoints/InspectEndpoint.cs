using Batching;
using Server.Contract;
using Server.Requests;

namespace Server.Endpoints;

/// <summary><c>POST /inspect</c>: texts as one padded batch with its mask, and what the model says of them; what the page shows.</summary>
internal sealed class InspectEndpoint(RequestBody body, RequestRunner runner, HostedClassifier classifier)
{
    public async Task RunAsync(HttpContext context)
    {
        InspectRequest request = await body.ReadAsync(context, ContractJson.Readable.InspectRequest);
        string[] texts = InputReader.ReadTexts(request.Inputs, "inputs");
        IReadOnlyList<Classification> results = await runner.RunAsync(
            context, [.. texts.Select(text => new TextInput(text))], truncate: null, direction: null);
        await context.Response.WriteAsJsonAsync(Batch(texts, results), ContractJson.Readable.InspectedBatch);
    }

    private InspectedBatch Batch(string[] texts, IReadOnlyList<Classification> results)
    {
        SequenceTokenizer tokenizer = classifier.Classifier.Tokenizer;
        using TokenRows rows = tokenizer.EncodeBatch(texts);
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

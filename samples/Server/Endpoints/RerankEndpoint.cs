using Batching;
using Server.Contract;
using Server.Requests;

namespace Server.Endpoints;

/// <summary><c>POST /rerank</c>: texts by how well they answer a query, with a model that scores pairs by a single label.</summary>
internal sealed class RerankEndpoint(RequestBody body, RequestRunner runner, HostedClassifier classifier)
{
    public async Task RunAsync(HttpContext context)
    {
        RerankRequest request = await body.ReadAsync(context, ContractJson.Readable.RerankRequest);
        string query = InputReader.ReadText(request.Query, "query");
        string[] texts = InputReader.ReadTexts(request.Texts, "texts");
        runner.ThrowIfNotServing();
        SequenceClassifier loaded = classifier.Classifier;
        if (loaded.Labels.Count != 1)
        {
            throw new RequestException(
                ErrorType.Backend,
                StatusCodes.Status424FailedDependency,
                $"model is not a re-ranker model: it has {loaded.Labels.Count} labels, and texts are ranked by a single one.");
        }

        IReadOnlyList<Classification> results = await runner.RunAsync(
            context, [.. texts.Select(text => new TextInput(query, text))], request.Truncate, request.TruncationDirection ?? "Right");
        RankedText[] ranked =
        [
            .. results
                .Select((result, index) => (Result: result, Index: index))
                .OrderByDescending(entry => loaded.LongText == LongText.Windows ? entry.Result.Score : 0)
                .ThenByDescending(entry => entry.Result.Logits.Span[0])
                .Select(entry => new RankedText(
                    entry.Index,
                    request.RawScores == true ? entry.Result.Logits.Span[0] : entry.Result.Score)
                {
                    Text = request.ReturnText == true ? texts[entry.Index] : null,
                }),
        ];
        await context.Response.WriteAsJsonAsync(ranked, ContractJson.Readable.RankedTextArray);
    }
}

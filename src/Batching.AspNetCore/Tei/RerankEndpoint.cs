using Batching.AspNetCore.Endpoints;
using Batching.AspNetCore.Errors;
using Batching.AspNetCore.Messages;
using Batching.AspNetCore.Requests;
using Microsoft.Extensions.Options;

namespace Batching.AspNetCore.Tei;

/// <summary><c>POST /rerank</c>: texts by how well they answer a query, with a model that scores pairs by a single label.</summary>
internal sealed class RerankEndpoint(RequestBody body, RequestRunner runner, AnswerWriter writer, IOptions<ClassifierServerOptions> options) : IEndpoint
{
    public static EndpointDescription Description { get; } = new()
    {
        Path = "/rerank",
        Summary = "Ranks texts by how well they answer a query.",
        Request = RequestDescription.Of(TeiJson.Readable.RerankRequest, static texts =>
        {
            texts.Set("query", "The text that the others answer, which may be empty.", TextSchemas.AnyText());
            texts.Set("texts", "The texts to rank: one, or a list. Any may be empty.", TextSchemas.AnyText(), texts.List(TextSchemas.AnyText()));
        }),
        Answer = TeiJson.Readable.RankedTextArray,
        Errors = RequestDescription.Errors,
    };

    public async Task RunAsync(HttpContext context)
    {
        RerankRequest request = await body.ReadAsync(context, TeiJson.Readable.RerankRequest);
        string query = InputReader.ReadString(request.Query, "query");
        string[] texts = InputReader.ReadAnyTexts(request.Texts, "texts", options.Value.MaxClientBatchSize);
        SequenceClassifier loaded = runner.Classifier;
        if (loaded.Labels.Count != 1)
        {
            throw new RequestException(
                ErrorType.Backend,
                StatusCodes.Status424FailedDependency,
                $"model is not a re-ranker model: it has {loaded.Labels.Count} labels, and texts are ranked by a single one.");
        }

        writer.Reserve(context, AnswerSize.OfRanking(texts, request.ReturnText == true));
        IReadOnlyList<Classification> results = await runner.RunAsync(
            context, [.. texts.Select(text => new TextInput(query, text))], request.Truncate, request.TruncationDirection ?? "Right");
        RankedText[] ranked =
        [
            .. loaded.RankingOrder(results).Select(index => new RankedText(
                index,
                request.RawScores == true ? results[index].Logits.Span[0] : results[index].Score)
            {
                Text = request.ReturnText == true ? texts[index] : null,
            }),
        ];
        await writer.WriteAsync(context, ranked, TeiJson.Readable.RankedTextArray);
    }
}

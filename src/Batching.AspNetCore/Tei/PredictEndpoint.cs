using Batching.AspNetCore.Endpoints;
using Batching.AspNetCore.Requests;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace Batching.AspNetCore.Tei;

/// <summary><c>POST /predict</c>: classification as text-embeddings-inference does it.</summary>
internal sealed class PredictEndpoint(RequestBody body, RequestRunner runner, AnswerWriter writer, IOptions<ClassifierServerOptions> options) : IEndpoint
{
    public static EndpointDescription Description { get; } = new()
    {
        Path = "/predict",
        Summary = "Classifies texts, as text-embeddings-inference does: a list of labels for one text or pair, a list of such lists for a batch.",
        Request = RequestDescription.Of(TeiJson.Readable.PredictRequest, static texts => texts.Set(
            "inputs",
            "A text; a list of one text or of the two of a pair; or a batch of such lists.",
            TextSchemas.Text(), OneText(), Pair(), texts.List(TextSchemas.OneOf(OneText(), Pair())))),
        Answer = AnswerJson.Readable.PredictionArrayArray,
        AnswersOneOrMany = true,
        Errors = RequestDescription.Errors,
    };

    public async Task RunAsync(HttpContext context)
    {
        PredictRequest request = await body.ReadAsync(context, TeiJson.Readable.PredictRequest);
        (TextInput[] inputs, bool isBatch) = PredictInputs.Read(request.Inputs, options.Value.MaxClientBatchSize);
        IReadOnlyList<string> labels = runner.Classifier.Labels;
        writer.Reserve(context, AnswerSize.OfPredictions(inputs.Length, labels, labels.Count));
        IReadOnlyList<Classification> results = await runner.RunAsync(context, inputs, request.Truncate, request.TruncationDirection ?? "Right");
        Func<Classification, Prediction[]> answer = request.RawScores == true ? Answers.ByLogit : Answers.ByScore;
        Prediction[][] answers = [.. results.Select(answer)];
        await (isBatch
            ? writer.WriteAsync(context, answers, AnswerJson.Readable.PredictionArrayArray)
            : writer.WriteAsync(context, answers[0], AnswerJson.Readable.PredictionArray));
    }

    private static OpenApiSchema OneText() => new()
    {
        Type = JsonSchemaType.Array,
        MinItems = 1,
        MaxItems = 1,
        Items = TextSchemas.Text(),
        Description = "One text.",
    };

    private static OpenApiSchema Pair() => new()
    {
        Type = JsonSchemaType.Array,
        MinItems = 2,
        MaxItems = 2,
        Items = TextSchemas.AnyText(),
        Description = "The two texts of a pair, one of which may be empty.",
    };
}

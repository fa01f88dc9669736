using Batching;
using Server.Contract;
using Server.Requests;

namespace Server.Endpoints;

/// <summary><c>POST /predict</c>: classification as text-embeddings-inference does it.</summary>
internal sealed class PredictEndpoint(RequestBody body, RequestRunner runner, AnswerWriter writer, ServerOptions options)
{
    public async Task RunAsync(HttpContext context)
    {
        PredictRequest request = await body.ReadAsync(context, ContractJson.Readable.PredictRequest);
        (TextInput[] inputs, bool isBatch) = InputReader.ReadPredictInputs(request.Inputs, options.MaxClientBatchSize);
        IReadOnlyList<string> labels = runner.Classifier.Labels;
        writer.Reserve(context, AnswerSize.OfPredictions(inputs.Length, labels, labels.Count));
        IReadOnlyList<Classification> results = await runner.RunAsync(context, inputs, request.Truncate, request.TruncationDirection ?? "Right");
        Func<Classification, Prediction[]> answer = request.RawScores == true ? Answers.ByLogit : Answers.ByScore;
        Prediction[][] answers = [.. results.Select(answer)];
        await (isBatch
            ? writer.WriteAsync(context, answers, ContractJson.Readable.PredictionArrayArray)
            : writer.WriteAsync(context, answers[0], ContractJson.Readable.PredictionArray));
    }
}

using Batching;
using Server.Contract;
using Server.Requests;

namespace Server.Endpoints;

/// <summary><c>POST /predict</c>: classification as text-embeddings-inference does it.</summary>
internal sealed class PredictEndpoint(RequestBody body, RequestRunner runner)
{
    public async Task RunAsync(HttpContext context)
    {
        PredictRequest request = await body.ReadAsync(context, ContractJson.Readable.PredictRequest);
        (TextInput[] inputs, bool isBatch) = InputReader.ReadPredictInputs(request.Inputs);
        IReadOnlyList<Classification> results = await runner.RunAsync(context, inputs, request.Truncate, request.TruncationDirection ?? "Right");
        Func<Classification, Prediction[]> answer = request.RawScores == true ? Answers.ByLogit : Answers.ByScore;
        Prediction[][] answers = [.. results.Select(answer)];
        await (isBatch
            ? context.Response.WriteAsJsonAsync(answers, ContractJson.Readable.PredictionArrayArray)
            : context.Response.WriteAsJsonAsync(answers[0], ContractJson.Readable.PredictionArray));
    }
}

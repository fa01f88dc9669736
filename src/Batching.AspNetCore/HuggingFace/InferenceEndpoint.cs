using Batching;
using Server.Contract;
using Server.Requests;

namespace Server.Endpoints;

/// <summary><c>POST /</c>: Hugging Face's inference API for text classification, as its own clients speak it.</summary>
internal sealed class InferenceEndpoint(RequestBody body, RequestRunner runner, AnswerWriter writer, ServerOptions options)
{
    public async Task RunAsync(HttpContext context)
    {
        InferenceRequest request = await body.ReadAsync(context, ContractJson.Readable.InferenceRequest);
        InferenceParameters parameters = request.Parameters ?? new InferenceParameters();
        ScoreFunction? function = FunctionOf(parameters.FunctionToApply);
        if (parameters.TopK < 1)
        {
            throw RequestException.Invalid($"`parameters.top_k` is {parameters.TopK}; it has to be at least 1. Leave it out for all labels.");
        }

        TextInput[] inputs = InputReader.ReadInferenceInputs(request.Inputs, options.MaxClientBatchSize);
        IReadOnlyList<string> labels = runner.Classifier.Labels;
        writer.Reserve(context, AnswerSize.OfPredictions(inputs.Length, labels, parameters.TopK ?? labels.Count));
        IReadOnlyList<Classification> results = await runner.RunAsync(context, inputs, parameters.Truncation, direction: null);
        Prediction[][] answers =
        [
            .. results
                .Select(result => function is { } chosen ? Answers.By(chosen, result) : Answers.ByScore(result))
                .Select(scores => scores.Length > parameters.TopK ? scores[..parameters.TopK.Value] : scores),
        ];
        await writer.WriteAsync(context, answers, ContractJson.Readable.PredictionArrayArray);
    }

    private static ScoreFunction? FunctionOf(string? name) => name switch
    {
        null => null,
        "softmax" => ScoreFunction.Softmax,
        "sigmoid" => ScoreFunction.Sigmoid,
        "none" => ScoreFunction.None,
        _ => throw RequestException.Invalid($"`parameters.function_to_apply` is '{name}'; it has to be 'softmax', 'sigmoid' or 'none'."),
    };
}

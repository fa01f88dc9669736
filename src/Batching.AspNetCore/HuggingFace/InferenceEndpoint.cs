using Batching.AspNetCore.Endpoints;
using Batching.AspNetCore.Requests;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace Batching.AspNetCore.HuggingFace;

/// <summary><c>POST /</c>: Hugging Face's inference API for text classification, as its own clients speak it.</summary>
internal sealed class InferenceEndpoint(RequestBody body, RequestRunner runner, AnswerWriter writer, IOptions<ClassifierServerOptions> options) : IEndpoint
{
    public static EndpointDescription Description { get; } = new()
    {
        Path = "/",
        Summary = "Classifies texts, as Hugging Face's inference API does.",
        Request = RequestDescription.Of(HuggingFaceJson.Readable.InferenceRequest, static texts => texts.Set(
            "inputs",
            "A text, a pair as an object, or a list of such.",
            TextSchemas.Text(), TextOrPair(), texts.List(TextSchemas.OneOf(TextSchemas.Text(), TextOrPair())))),
        Answer = AnswerJson.Readable.PredictionArrayArray,
        Errors = RequestDescription.Errors,
    };

    public async Task RunAsync(HttpContext context)
    {
        InferenceRequest request = await body.ReadAsync(context, HuggingFaceJson.Readable.InferenceRequest);
        InferenceParameters parameters = request.Parameters ?? new InferenceParameters();
        ScoreFunction? function = FunctionOf(parameters.FunctionToApply);
        if (parameters.TopK < 1)
        {
            throw RequestException.Invalid($"`parameters.top_k` is {parameters.TopK}; it has to be at least 1. Leave it out for all labels.");
        }

        TextInput[] inputs = InferenceInputs.Read(request.Inputs, options.Value.MaxClientBatchSize);
        IReadOnlyList<string> labels = runner.Classifier.Labels;
        writer.Reserve(context, AnswerSize.OfPredictions(inputs.Length, labels, parameters.TopK ?? labels.Count));
        IReadOnlyList<Classification> results = await runner.RunAsync(context, inputs, parameters.Truncation, direction: null);
        Prediction[][] answers =
        [
            .. results
                .Select(result => function is { } chosen ? Answers.By(chosen, result) : Answers.ByScore(result))
                .Select(scores => scores.Length > parameters.TopK ? scores[..parameters.TopK.Value] : scores),
        ];
        await writer.WriteAsync(context, answers, AnswerJson.Readable.PredictionArrayArray);
    }

    private static ScoreFunction? FunctionOf(string? name) => name switch
    {
        null => null,
        "softmax" => ScoreFunction.Softmax,
        "sigmoid" => ScoreFunction.Sigmoid,
        "none" => ScoreFunction.None,
        _ => throw RequestException.Invalid($"`parameters.function_to_apply` is '{name}'; it has to be 'softmax', 'sigmoid' or 'none'."),
    };

    private static OpenApiSchema TextOrPair() => new()
    {
        Type = JsonSchemaType.Object,
        Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
        {
            ["text"] = TextSchemas.AnyText(),
            ["text_pair"] = new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null },
        },
        Required = new HashSet<string>(StringComparer.Ordinal) { "text" },
        Description = "A text and its pair, one of which may be empty; or a text alone.",
    };
}

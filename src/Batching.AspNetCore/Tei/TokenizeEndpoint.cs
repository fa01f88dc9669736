using Batching.AspNetCore.Admission;
using Batching.AspNetCore.Endpoints;
using Batching.AspNetCore.Requests;
using Microsoft.Extensions.Options;

namespace Batching.AspNetCore.Tei;

/// <summary><c>POST /tokenize</c>: the tokens of texts, which are not cut.</summary>
internal sealed class TokenizeEndpoint(RequestBody body, RequestRunner runner, AnswerWriter writer, IOptions<ClassifierServerOptions> options) : IEndpoint
{
    public static EndpointDescription Description { get; } = new()
    {
        Path = "/tokenize",
        Summary = "Gives the tokens of texts.",
        Request = RequestDescription.Of(TeiJson.Readable.TokenizeRequest, static texts => texts.Set(
            "inputs", "A text, or a list of texts.", TextSchemas.Text(), texts.List(TextSchemas.Text()))),
        Answer = TeiJson.Readable.TokenInfoArrayArray,
        Errors = RequestDescription.Errors,
    };

    // The special tokens around a text, at most.
    private const int LeastTokens = 8;

    public async Task RunAsync(HttpContext context)
    {
        TokenizeRequest request = await body.ReadAsync(context, TeiJson.Readable.TokenizeRequest);
        string[] texts = InputReader.ReadTexts(request.Inputs, "inputs", options.Value.MaxClientBatchSize);
        if (request.PromptName is { } prompt)
        {
            throw RequestException.Invalid($"`prompt_name` is '{prompt}', and a classifier has no prompts. Leave it out.");
        }

        await writer.WriteAsync(context, Tokenize(context, texts, request.AddSpecialTokens ?? true), TeiJson.Readable.TokenInfoArrayArray);
    }

    private TokenInfo[][] Tokenize(HttpContext context, string[] texts, bool addSpecialTokens)
    {
        SequenceTokenizer tokenizer = runner.Classifier.Tokenizer;
        try
        {
            Reserve(context, tokenizer, texts, addSpecialTokens);
            return [.. texts.Select(text => TextTokens.Of(tokenizer, text, addSpecialTokens))];
        }
        catch (ArgumentException exception)
        {
            throw new RequestException(ErrorType.Tokenizer, StatusCodes.Status422UnprocessableEntity, exception.Message, exception);
        }
    }

    // Ids are cheap to make, no more of them than are taken, and tell what the rest will cost.
    private void Reserve(HttpContext context, SequenceTokenizer tokenizer, string[] texts, bool addSpecialTokens)
    {
        RequestCharge.Of(context).Spend(texts.Sum(TextTokens.BytesOf));
        var encoding = new EncodingOptions
        {
            AddSpecialTokens = addSpecialTokens,
            MaxLength = Math.Max(LeastTokens, runner.MostTokens),
            TruncationSide = TruncationSide.Right,
        };
        int tokens = 0;
        long bytes = 0;
        foreach (string text in texts)
        {
            SequenceEncoding encoded = tokenizer.Encode(text, encoding);
            int[] ids = [.. encoded.InputIds];
            tokens += ids.Length;
            if (encoded.IsTruncated || tokens > runner.MostTokens)
            {
                throw RequestException.Invalid(
                    $"`inputs` have more tokens than the {runner.MostTokens} that the server takes at most of a request. Send fewer or shorter texts at a time.");
            }

            bytes += AnswerSize.OfTokens(tokenizer.ConvertIdsToTokens(ids));
        }

        writer.Reserve(context, bytes);
    }
}

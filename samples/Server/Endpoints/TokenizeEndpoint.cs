using Batching;
using Server.Admission;
using Server.Contract;
using Server.Requests;

namespace Server.Endpoints;

/// <summary><c>POST /tokenize</c>: the tokens of texts, which are not cut.</summary>
internal sealed class TokenizeEndpoint(RequestBody body, RequestRunner runner, AnswerWriter writer, ServerOptions options)
{
    public async Task RunAsync(HttpContext context)
    {
        TokenizeRequest request = await body.ReadAsync(context, ContractJson.Readable.TokenizeRequest);
        string[] texts = InputReader.ReadTexts(request.Inputs, "inputs", options.MaxClientBatchSize);
        if (request.PromptName is { } prompt)
        {
            throw RequestException.Invalid($"`prompt_name` is '{prompt}', and a classifier has no prompts. Leave it out.");
        }

        await writer.WriteAsync(context, Tokenize(context, texts, request.AddSpecialTokens ?? true), ContractJson.Readable.TokenInfoArrayArray);
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

    // Ids are cheap to make, and tell what the rest will cost.
    private void Reserve(HttpContext context, SequenceTokenizer tokenizer, string[] texts, bool addSpecialTokens)
    {
        EncodingOptions encoding = TextTokens.Uncut(addSpecialTokens);
        int tokens = 0;
        long bytes = 0;
        foreach (string text in texts)
        {
            int[] ids = [.. tokenizer.Encode(text, encoding).InputIds];
            tokens += ids.Length;
            if (tokens > runner.MostTokens)
            {
                throw RequestException.Invalid(
                    $"`inputs` have at least {tokens} tokens, and the server takes at most {runner.MostTokens} of a request. Send fewer or shorter texts at a time.");
            }

            bytes += AnswerSize.OfTokens(tokenizer.ConvertIdsToTokens(ids));
        }

        writer.Reserve(context, bytes);
        RequestCharge.Of(context).Spend(texts.Sum(TextTokens.BytesOf));
    }
}

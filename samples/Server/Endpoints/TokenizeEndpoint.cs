using Batching;
using Server.Contract;
using Server.Requests;

namespace Server.Endpoints;

/// <summary><c>POST /tokenize</c>: the tokens of texts, which are not cut.</summary>
internal sealed class TokenizeEndpoint(RequestBody body, RequestRunner runner, HostedClassifier classifier)
{
    public async Task RunAsync(HttpContext context)
    {
        TokenizeRequest request = await body.ReadAsync(context, ContractJson.Readable.TokenizeRequest);
        string[] texts = InputReader.ReadTexts(request.Inputs, "inputs");
        runner.ThrowIfTooMany(texts.Length);
        runner.ThrowIfNotServing();
        SequenceTokenizer tokenizer = classifier.Classifier.Tokenizer;
        TokenInfo[][] tokens = [.. texts.Select(text => Tokenize(tokenizer, text, request.AddSpecialTokens ?? true))];
        await context.Response.WriteAsJsonAsync(tokens, ContractJson.Readable.TokenInfoArrayArray);
    }

    private static TokenInfo[] Tokenize(SequenceTokenizer tokenizer, string text, bool addSpecialTokens)
    {
        try
        {
            return TextTokens.Of(tokenizer, text, addSpecialTokens);
        }
        catch (ArgumentException exception)
        {
            throw new RequestException(ErrorType.Tokenizer, StatusCodes.Status422UnprocessableEntity, exception.Message, exception);
        }
    }
}

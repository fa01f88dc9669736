using System.Text.Json;

namespace Batching.AspNetCore.Tests.Tei;

/// <summary><c>POST /tokenize</c> and <c>POST /inspect</c>.</summary>
public sealed class TokenizeTests(Sst2Server fixture) : IClassFixture<Sst2Server>
{
    [Fact]
    public async Task Tokens_have_their_ids_and_the_characters_that_they_stand_for()
    {
        const string Text = "😀 Using a Transformer";
        JsonElement answer = await fixture.Server.AskAsync("/tokenize", $$"""{"inputs": "{{Text}}"}""");
        JsonElement[] tokens = [.. Assert.Single(answer.EnumerateArray()).EnumerateArray()];
        Assert.Equal(["id", "text", "special", "start", "stop"], tokens[0].EnumerateObject().Select(member => member.Name));
        Assert.Equal(fixture.Classifier.Tokenizer.Encode(Text).InputIds, tokens.Select(token => token.GetProperty("id").GetInt32()));
        Assert.Equal([0, tokens.Length - 1], tokens.Index().Where(token => token.Item.GetProperty("special").GetBoolean()).Select(token => token.Index).Where(index => index != 1));
        Assert.Equal("[CLS]", tokens[0].GetProperty("text").GetString());
        Assert.Equal(JsonValueKind.Null, tokens[0].GetProperty("start").ValueKind);
        JsonElement word = tokens.Single(token => token.GetProperty("text").GetString() == "using");
        Assert.Equal((2, 7), (word.GetProperty("start").GetInt32(), word.GetProperty("stop").GetInt32()));
    }

    [Fact]
    public async Task Special_tokens_are_left_out_where_they_are_not_wanted()
    {
        JsonElement answer = await fixture.Server.AskAsync("/tokenize", """{"inputs": ["a b", "c"], "add_special_tokens": false}""");
        Assert.Equal([["a", "b"], ["c"]], answer.EnumerateArray().Select(text => text.EnumerateArray().Select(token => token.GetProperty("text").GetString()!).ToArray()));
    }

    [Fact]
    public async Task Characters_are_those_of_the_text_as_it_was_sent()
    {
        JsonElement answer = await fixture.Server.AskAsync("/tokenize", """{"inputs": "😀  naïve 我\u0001!", "add_special_tokens": false}""");
        Assert.Equal(
            [("[UNK]", 0, 1), ("naive", 3, 8), ("我", 9, 10), ("!", 11, 12)],
            answer[0].EnumerateArray().Select(token => (token.GetProperty("text").GetString()!, token.GetProperty("start").GetInt32(), token.GetProperty("stop").GetInt32())));
    }

    [Fact]
    public async Task A_batch_is_shown_as_the_model_sees_it()
    {
        JsonElement batch = await fixture.Server.AskAsync("/inspect", """{"inputs": ["good", "a much longer text"]}""");
        Assert.Equal(6, batch.GetProperty("columns").GetInt32());
        JsonElement row = batch.GetProperty("rows")[0];
        Assert.Equal(["[CLS]", "good", "[SEP]", "[PAD]", "[PAD]", "[PAD]"], row.GetProperty("tokens").EnumerateArray().Select(token => token.GetString()));
        Assert.Equal([1, 1, 1, 0, 0, 0], row.GetProperty("attention_mask").EnumerateArray().Select(value => value.GetInt32()));
        Assert.Equal(fixture.Expected("good").Logits.ToArray(), row.GetProperty("logits").EnumerateArray().Select(value => value.GetSingle()));
        Assert.Equal(fixture.Expected("good").Label, row.GetProperty("label").GetString());
    }
}

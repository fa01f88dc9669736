using System.Text;
using Xunit;

namespace Batching.Tests.Folders;

/// <summary>How many tokens the positions of a model hold.</summary>
public sealed class PositionTests
{
    [Theory]
    [InlineData("""{"model_type":"bert","max_position_embeddings":512}""", 512)]
    [InlineData("""{"model_type":"bert","max_position_embeddings":512,"pad_token_id":0}""", 512)]
    [InlineData("""{"max_position_embeddings":514,"pad_token_id":1}""", 514)]
    [InlineData("""{"model_type":"roberta","max_position_embeddings":514,"pad_token_id":1}""", 512)]
    [InlineData("""{"model_type":"roberta","max_position_embeddings":514}""", 512)]
    [InlineData("""{"model_type":"roberta","max_position_embeddings":514,"pad_token_id":0}""", 513)]
    [InlineData("""{"model_type":"xlm-roberta","max_position_embeddings":514,"pad_token_id":1}""", 512)]
    [InlineData("""{"model_type":"camembert","max_position_embeddings":514,"pad_token_id":1}""", 512)]
    [InlineData("""{"model_type":"longformer","max_position_embeddings":4098,"pad_token_id":1}""", 4096)]
    [InlineData("""{"model_type":"bart","max_position_embeddings":1024,"pad_token_id":1}""", 1024)]
    [InlineData("""{"model_type":"led","max_encoder_position_embeddings":16384,"max_decoder_position_embeddings":1024,"pad_token_id":1}""", 1024)]
    [InlineData("""{"model_type":"roberta"}""", null)]
    public void The_positions_before_the_first_token_hold_none(string config, int? maxLength) =>
        Assert.Equal(maxLength, Load(config).MaxLength);

    [Theory]
    [InlineData("""{"model_type":"roberta","max_position_embeddings":2}""", "starts at position 2")]
    [InlineData("""{"model_type":"roberta","max_position_embeddings":514,"pad_token_id":2147483647}""", "starts at position 2147483648")]
    [InlineData("""{"model_type":"roberta","max_position_embeddings":514,"pad_token_id":-1}""", "'pad_token_id'")]
    [InlineData("""{"model_type":"led","max_encoder_position_embeddings":0}""", "'max_encoder_position_embeddings'")]
    public void Positions_that_hold_no_token_are_refused(string config, string says)
    {
        var refusal = Assert.Throws<ModelLoadException>(() => Load(config));
        Assert.Equal("config.json", refusal.File);
        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
    }

    private static SequenceTokenizer Load(string config) => SequenceClassifier.LoadTokenizer(name => name switch
    {
        "config.json" => new MemoryStream(Encoding.UTF8.GetBytes(config)),
        "tokenizer.json" => File.OpenRead(Path.Combine(Repository.Conformance("byte-bpe"), name)),
        _ => null,
    });
}

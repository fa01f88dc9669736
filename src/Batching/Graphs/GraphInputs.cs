namespace Batching.Graphs;

/// <summary>What exporters call the inputs of a classifier's graph.</summary>
internal static class GraphInputs
{
    public const string InputIds = "input_ids";
    public const string AttentionMask = "attention_mask";
    public const string TokenTypeIds = "token_type_ids";
    public const string GlobalAttentionMask = "global_attention_mask";
    public const string PositionIds = "position_ids";
}

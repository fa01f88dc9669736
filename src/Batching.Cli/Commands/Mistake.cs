using Batching;
using Classify.Inputs;

namespace Classify.Commands;

/// <summary>A row that the model took for something else.</summary>
internal sealed record Mistake(InputRow Row, string Actual, Classification Result);

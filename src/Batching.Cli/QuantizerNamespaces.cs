global using Batching.Rows.Outputs;

// Where the quantizer looks for the files that it locks, until it is in the core.
#pragma warning disable IDE0130
namespace Classify.Outputs
{
}

using System.Diagnostics;
using System.Text.Json.Nodes;
using Batching.Benchmarks.Racing;

namespace Batching.Benchmarks.Contenders;

/// <summary>A pipeline of transformers.js in a process of its own, which waits for texts.</summary>
internal sealed class NodePipeline : IDisposable
{
    private readonly Process process;

    /// <param name="script">The script that <see cref="NodePackages"/> installed.</param>
    /// <param name="modelFolder">Holds the model, as Hugging Face lays it out.</param>
    /// <param name="precision">Its <c>dtype</c>: which file of the folder it loads.</param>
    public NodePipeline(string script, string modelFolder, string precision)
    {
        process = Process.Start(new ProcessStartInfo("node", [script, modelFolder, precision])
        {
            WorkingDirectory = Path.GetDirectoryName(script)!,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Versions = (string)Read()["ready"]!;
    }

    /// <summary>The versions of the library, of its ONNX Runtime and of Node.js.</summary>
    public string Versions { get; }

    public Pass Classify(string[] texts, int rowsPerBatch)
    {
        var request = new JsonObject { ["texts"] = new JsonArray([.. texts.Select(text => JsonValue.Create(text))]), ["batch"] = rowsPerBatch };
        process.StandardInput.WriteLine(request.ToJsonString());
        process.StandardInput.Flush();
        JsonNode answer = Read();
        return new Pass(
            TimeSpan.FromMilliseconds((double)answer["milliseconds"]!),
            [.. answer["logits"]!.AsArray().Select(logit => (float)logit!)]);
    }

    public void Dispose()
    {
        // Without input the script comes to its end.
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }

    private JsonNode Read() => process.StandardOutput.ReadLine() is { } line
        ? JsonNode.Parse(line)!
        : throw new InvalidOperationException("The process of transformers.js came to its end; what it wrote to standard error says why.");
}

using System.Net;
using System.Text.RegularExpressions;
using Batching.Hosting.Tests.Snippets;
using Batching.Tests;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Batching.Hosting.Tests;

/// <summary>The documentation of hosting shows nothing that was not compiled and run.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "Batching.Hosting.Tests", "Snippets");

    private static readonly string[] Compiled =
        [.. Directory.EnumerateFiles(Folder, "*.cs").SelectMany(File.ReadLines).Select(line => line.Trim())];

    [Fact]
    public void Every_line_of_code_in_the_comments_is_in_a_snippet()
    {
        int lines = 0;
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "Batching.Hosting"), "*.cs"))
        {
            bool isCode = false;
            foreach (string comment in File.ReadLines(file).Select(line => line.Trim()).Where(line => line.StartsWith("///", StringComparison.Ordinal)))
            {
                string line = WebUtility.HtmlDecode(comment[3..].Trim());
                if (line is "<code>" or "</code>")
                {
                    isCode = line == "<code>";
                }
                else if (isCode)
                {
                    Assert.Contains(line, Compiled);
                    lines++;
                }
            }
        }

        Assert.True(lines > 20);
    }

    [Fact]
    public void What_the_readme_says_of_hosts_is_in_a_snippet()
    {
        string[] snippets = [.. Code().Matches(File.ReadAllText(Path.Combine(Repository.Root, "README.md")))
            .Select(match => match.Groups["code"].Value)
            .Where(code => code.Contains("AddSequenceClassifier", StringComparison.Ordinal) || code.Contains("FromKeyedServices", StringComparison.Ordinal))];
        Assert.True(snippets.Length >= 2);
        Assert.All(snippets, snippet => Assert.Contains(Compiled, line => line.Contains(snippet, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_web_application_answers()
    {
        using var program = new RunningProgram(WebSnippet.Run, ["--urls", "http://127.0.0.1:0"], Configure(TestHost.OneLabel));
        IHost host = await program.StartedAsync();
        string address = host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        using var client = new HttpClient { BaseAddress = new Uri(address), Timeout = TestHost.Patience };
        foreach (string path in (string[])["/health/live", "/health/ready"])
        {
            Assert.Equal("Healthy", await client.GetStringAsync(new Uri(path, UriKind.Relative)));
        }

        Assert.Equal(
            (await host.Classifier().ClassifyAsync("a gripping film")).Label,
            await client.GetStringAsync(new Uri("/sentiment?text=a+gripping+film", UriKind.Relative)));
        await program.StopAsync();
    }

    [Fact]
    public async Task The_worker_classifies_with_both_models()
    {
        using var program = new RunningProgram(
            WorkerSnippet.Run,
            [
                "--Classifiers:Sentiment:ModelFolder", Repository.Contract(TestHost.OneLabel),
                "--Classifiers:Topic:ModelFolder", Repository.Contract(TestHost.Regression),
            ],
            Configure(model: null));
        IHost host = await program.StartedAsync();
        Worker worker = host.Services.GetServices<IHostedService>().OfType<Worker>().Single();
        await worker.ExecuteTask!.WaitAsync(TestHost.Patience);
        Assert.Equal(Repository.Contract(TestHost.Regression), host.Classifier("topic").ModelFolder);
        await program.StopAsync();
    }

    [Fact]
    public async Task A_class_takes_the_classifier_of_the_readme()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create("Sst2:ModelFolder", (string?)Repository.Contract(TestHost.OneLabel))]);
        ReadmeSnippet.Add(builder);
        using IHost host = builder.Build();
        await host.StartAsync();
        ReadmeSnippet snippet = host.Services.GetRequiredService<ReadmeSnippet>();
        Assert.Single((await snippet.Classifier.ClassifyAsync("a")).Logits.ToArray());
    }

    private static Action<IHostBuilder> Configure(string? model) => builder => builder.ConfigureServices(services =>
    {
        services.AddLogging(logging => logging.ClearProviders());
        if (model is not null)
        {
            services.PostConfigure<SequenceClassifierHostingOptions>(options => options.ModelFolder = Repository.Contract(model));
        }
    });

    [GeneratedRegex("`(?<code>[^`\n]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();
}

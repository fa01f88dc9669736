using Batching.Hub;
using Xunit;

namespace Batching.Tests.Hub;

/// <summary>What the environment says, as Python's huggingface_hub reads it, and what an option says instead.</summary>
public sealed class HubSettingsTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("batching-hub-");

    private static string Home => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("~/.cache/huggingface/hub")]
    [InlineData("/xdg/huggingface/hub", "XDG_CACHE_HOME=/xdg")]
    [InlineData("/home/hub", "HF_HOME=/home", "XDG_CACHE_HOME=/xdg")]
    [InlineData("/cache", "HF_HUB_CACHE=/cache", "HF_HOME=/home", "XDG_CACHE_HOME=/xdg")]
    [InlineData("/old", "HUGGINGFACE_HUB_CACHE=/old", "HF_HOME=/home")]
    [InlineData("/cache", "HF_HUB_CACHE=/cache", "HUGGINGFACE_HUB_CACHE=/old")]
    [InlineData("~/models/hub", "HF_HOME=~/models")]
    [InlineData("/disk/me/hub", "HF_HOME=$DISK/${USER}", "DISK=/disk", "USER=me")]
    [InlineData("/$NONE/hub", "HF_HOME=/$NONE")]
    [InlineData("~/.cache/huggingface/hub", "HF_HOME=", "HF_HUB_CACHE=", "XDG_CACHE_HOME=")]
    public void The_cache_is_where_Python_has_it(string expected, params string[] variables) =>
        Assert.Equal(Path.GetFullPath(expected.Replace("~", Home, StringComparison.Ordinal)), Read(variables).CacheFolder);

    [Theory]
    [InlineData("1", true)]
    [InlineData("ON", true)]
    [InlineData("yes", true)]
    [InlineData("True", true)]
    [InlineData("0", false)]
    [InlineData("false", false)]
    [InlineData("2", false)]
    [InlineData("", false)]
    public void HF_HUB_OFFLINE_is_read_as_Python_does(string value, bool isOffline)
    {
        Assert.Equal(isOffline, Read($"HF_HUB_OFFLINE={value}").IsOffline);
        Assert.False(HubSettings.Of(new ModelHubOptions { Offline = false }, Variables($"HF_HUB_OFFLINE={value}")).IsOffline);
    }

    [Theory]
    [InlineData("https://huggingface.co")]
    [InlineData("https://mirror.test", "HF_ENDPOINT=https://mirror.test")]
    [InlineData("http://mirror.test:8080/hf", "HF_ENDPOINT=http://mirror.test:8080/hf/")]
    public void HF_ENDPOINT_is_the_server(string expected, params string[] variables)
    {
        Assert.Equal(expected, Read(variables).Endpoint);
        Assert.Equal("https://option.test", HubSettings.Of(new ModelHubOptions { Endpoint = new Uri("https://option.test/") }, Variables(variables)).Endpoint);
    }

    [Theory]
    [InlineData("mirror.test")]
    [InlineData("ftp://mirror.test")]
    [InlineData("file:///models")]
    [InlineData("https://user:hf_secret@mirror.test")]
    [InlineData("https://mirror.test?token=hf_secret")]
    public void An_endpoint_that_is_no_server_is_refused_without_showing_a_secret(string endpoint)
    {
        string message = Assert.Throws<ArgumentException>(() => Read($"HF_ENDPOINT={endpoint}")).Message;
        Assert.Contains("HF_ENDPOINT", message, StringComparison.Ordinal);
        Assert.DoesNotContain("hf_secret", message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_token_is_where_Python_has_it()
    {
        string inHome = Write("token", "hf_home\n");
        string elsewhere = Write("elsewhere", " hf_elsewhere ");
        string home = $"HF_HOME={folder.FullName}";
        Assert.Equal("hf_home", Read(home).Token);
        Assert.Equal("hf_elsewhere", Read(home, $"HF_TOKEN_PATH={elsewhere}").Token);
        Assert.Equal("hf_variable", Read(home, "HF_TOKEN=hf_variable").Token);
        Assert.Equal("hf_old", Read(home, "HUGGING_FACE_HUB_TOKEN=hf_old").Token);
        Assert.Null(Read(home, "HF_TOKEN=hf_variable", "HF_HUB_DISABLE_IMPLICIT_TOKEN=1").Token);
        Assert.Null(Read(home, "HF_HUB_OFFLINE=1").Token);
        Assert.Equal("hf_option", HubSettings.Of(new ModelHubOptions { Token = "hf_option" }, Variables(home, "HF_TOKEN=hf_variable", "HF_HUB_DISABLE_IMPLICIT_TOKEN=1")).Token);
        Assert.Null(HubSettings.Of(new ModelHubOptions { Token = "" }, Variables(home)).Token);
        File.WriteAllText(inHome, "\n");
        Assert.Null(Read(home).Token);
        File.Delete(inHome);
        Assert.Null(Read(home).Token);
    }

    [Theory]
    [InlineData("hf secret")]
    [InlineData("hf\r\nX-Header: secret")]
    [InlineData("hf_secrét")]
    public void A_token_that_is_none_is_refused_without_showing_it(string token)
    {
        string message = Assert.Throws<ArgumentException>(() => Read($"HF_TOKEN={token}")).Message;
        Assert.Contains("HF_TOKEN", message, StringComparison.Ordinal);
        Assert.DoesNotContain(token, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_as_text_do_not_show_the_token() =>
        Assert.DoesNotContain("hf_secret", new ModelHubOptions { Token = "hf_secret" }.ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData(0, 5)]
    [InlineData(-1, 5)]
    [InlineData(100_000, 5)]
    [InlineData(10, -1)]
    [InlineData(10, 101)]
    public void Options_out_of_their_range_are_refused(int stallSeconds, int retries) => Assert.Throws<ArgumentException>(() => HubSettings.Of(
        new ModelHubOptions { StallTimeout = TimeSpan.FromSeconds(stallSeconds), MaxRetries = retries }, Variables()));

    private static HubSettings Read(params string[] variables) => HubSettings.Of(new ModelHubOptions(), Variables(variables));

    private static Func<string, string?> Variables(params string[] variables) =>
        name => variables.FirstOrDefault(variable => variable.StartsWith($"{name}=", StringComparison.Ordinal))?[(name.Length + 1)..];

    private string Write(string name, string content)
    {
        string path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, content);
        return path;
    }
}

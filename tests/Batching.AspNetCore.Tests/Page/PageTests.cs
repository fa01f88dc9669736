using Batching.Hosting.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Batching.AspNetCore.Tests.Page;

/// <summary>The page, in Debian's Chromium; skipped where there is none.</summary>
public sealed class PageTests
{
    private const string Chromium = "/usr/bin/chromium";

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task It_works_by_keyboard_alone_and_names_what_it_shows(ColorScheme colors)
    {
        Assert.SkipUnless(File.Exists(Chromium), $"There is no {Chromium}: install Debian's package chromium.");
        await using RunningServer server = await RunningServer.StartAsync();
        using IPlaywright playwright = await Playwright.CreateAsync();
        await using IBrowser browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Args = ["--no-sandbox"] });
        IPage page = await browser.NewPageAsync(new BrowserNewPageOptions { ColorScheme = colors, ViewportSize = new ViewportSize { Width = 1360, Height = 960 } });
        var problems = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                problems.Add(message.Text);
            }
        };
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(server.Client.BaseAddress!.ToString(), StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal))
            {
                problems.Add(request.Url);
            }
        };
        await page.GotoAsync(server.Client.BaseAddress!.ToString());
        Assert.Equal("Batching: try the model", await page.TitleAsync());

        // The first stop is the way past the header, the second the texts.
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        ILocator texts = page.GetByLabel("One text a line");
        await texts.FocusAsync();
        await page.Keyboard.PressAsync("Control+A");
        await page.Keyboard.TypeAsync("I've been waiting for a HuggingFace course my whole life.\nI hate this so much!");
        await page.Keyboard.PressAsync("Tab");
        Assert.True(await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Classify" }).EvaluateAsync<bool>("button => button === document.activeElement"));
        await page.Keyboard.PressAsync("Enter");

        await page.GetByRole(AriaRole.Status).Filter(new LocatorFilterOptions { HasText = "Text 1: POSITIVE" }).WaitForAsync();
        Assert.Contains("Text 2: NEGATIVE", await page.GetByRole(AriaRole.Status).TextContentAsync(), StringComparison.Ordinal);
        ILocator batch = page.GetByRole(AriaRole.Region, new PageGetByRoleOptions { Name = "The batch" }).GetByRole(AriaRole.Table);
        Assert.Equal(2, await batch.GetByRole(AriaRole.Rowheader).CountAsync());
        Assert.Equal(17, await batch.GetByRole(AriaRole.Columnheader).CountAsync());
        Assert.Equal("[CLS]id 101mask 1", await batch.GetByRole(AriaRole.Cell).First.TextContentAsync());
        Assert.Equal("[PAD]id 0mask 0", await batch.GetByRole(AriaRole.Cell).Last.TextContentAsync());
        await page.GetByText("0 of 65536").WaitForAsync();

        // How docs/server.png is made anew.
        if (Environment.GetEnvironmentVariable("BATCHING_SCREENSHOTS") is { } folder)
        {
            string name = colors == ColorScheme.Light ? "server.png" : "server-dark.png";
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, name), FullPage = true });
        }

        // What goes wrong is said in the same place.
        await texts.FillAsync("  \n ");
        await texts.PressAsync("Control+Enter");
        await page.GetByRole(AriaRole.Status).Filter(new LocatorFilterOptions { HasText = "There is no text" }).WaitForAsync();
        await texts.FillAsync(string.Concat(Enumerable.Repeat("a\n", 33)));
        await texts.PressAsync("Control+Enter");
        await page.GetByRole(AriaRole.Status).Filter(new LocatorFilterOptions { HasText = "maximum allowed batch size 32" }).WaitForAsync();

        // The refusal before is the browser's own word on the status 422.
        Assert.DoesNotContain(problems, problem => !problem.Contains("422", StringComparison.Ordinal));
    }

    [Fact]
    public async Task While_the_model_is_loaded_it_says_so_and_then_answers_what_was_asked_meanwhile()
    {
        Assert.SkipUnless(File.Exists(Chromium), $"There is no {Chromium}: install Debian's package chromium.");
        var load = new HeldLoad();
        await using RunningServer server = await RunningServer.ListenAsync(configure: services => services.PostConfigure<SequenceClassifierHostingOptions>(load.Hold));
        using IPlaywright playwright = await Playwright.CreateAsync();
        await using IBrowser browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Args = ["--no-sandbox"] });
        IPage page = await browser.NewPageAsync();
        IPage onlooker = await browser.NewPageAsync();
        foreach (IPage each in (IPage[])[page, onlooker])
        {
            await each.GotoAsync(server.Client.BaseAddress!.ToString());
            await Status(each, "The model is being loaded.").WaitForAsync();
            await each.GetByRole(AriaRole.Definition).Filter(new LocatorFilterOptions { HasText = "loading" }).WaitForAsync();
            Assert.Equal("–", await each.Locator("#tokens-waiting").TextContentAsync());
        }

        Task<IResponse> refused = page.WaitForResponseAsync(response => response.Url.EndsWith("/inspect", StringComparison.Ordinal));
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Classify" }).ClickAsync();
        Assert.Equal(503, (await refused).Status);
        Assert.Equal(1, await Status(page, "The model is being loaded.").CountAsync());

        load.Finish();
        await Status(page, "Text 1: ").WaitForAsync();
        await Status(onlooker, "The model is ready.").WaitForAsync();
        await onlooker.GetByRole(AriaRole.Definition).Filter(new LocatorFilterOptions { HasText = "ready" }).WaitForAsync();
        await onlooker.GetByText("0 of 65536").WaitForAsync();
    }

    private static ILocator Status(IPage page, string text) => page.GetByRole(AriaRole.Status).Filter(new LocatorFilterOptions { HasText = text });
}

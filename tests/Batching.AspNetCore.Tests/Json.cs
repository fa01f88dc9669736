using System.Net;
using System.Text.Json;

namespace Batching.AspNetCore.Tests;

/// <summary>Reads answers.</summary>
internal static class Json
{
    /// <summary>The labels and scores of one text.</summary>
    public static (string Label, float Score)[] Predictions(this JsonElement list) =>
        [.. list.EnumerateArray().Select(entry => (entry.GetProperty("label").GetString()!, entry.GetProperty("score").GetSingle()))];

    /// <summary>Checks that an answer is an error as the contract has them.</summary>
    /// <returns>Its sentence.</returns>
    public static async Task<string> AssertErrorAsync(this HttpResponseMessage response, int status, string type)
    {
        string body = await response.Content.ReadAsStringAsync();
        Assert.True((HttpStatusCode)status == response.StatusCode, $"{(int)response.StatusCode} {body}");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        JsonElement error = JsonElement.Parse(body);
        Assert.Equal(["error", "error_type"], error.EnumerateObject().Select(member => member.Name));
        Assert.Equal(type, error.GetProperty("error_type").GetString());
        string message = error.GetProperty("error").GetString()!;
        Assert.NotEmpty(message);
        return message;
    }

    public static int Header(this HttpResponseMessage response, string name) =>
        int.Parse(response.Headers.GetValues(name).Single(), System.Globalization.CultureInfo.InvariantCulture);
}

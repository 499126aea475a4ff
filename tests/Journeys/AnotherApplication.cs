using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FirstRing.Tests.Harness.Running;
using FirstRing.Tests.Journeys.Harness;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Playwright;

namespace FirstRing.Tests.Journeys;

/// <summary>An application of somebody's asks a clinician for access, in a real browser: from its link to a token, by way of signing in and the page that asks.</summary>
public sealed class AnotherApplication(Platforms platforms)
{
    const string Back = "https://app.invalid/back";

    [Fact]
    public async Task It_gets_what_a_clinician_allows_and_only_while_they_do()
    {
        var platform = await platforms.Of(Shape.OneProcess);
        var secrets = (await File.ReadAllLinesAsync(Path.Combine(platform.Data, "stores", "identity", "demo-sign-in.txt"))).ToDictionary(line => line.Split(' ')[0], line => line.Split(' '));
        await using var person = await Party.Arrive("clinician", 0, width: 360, height: 740);
        var (verifier, page) = (Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(40)), person.Page);

        // The admin enters it.
        await person.Open(new Uri(platform.Door, "/admin/apps"));
        await SignIn(page, secrets["admin@demo.invalid"]);
        await page.Locator("#app-name").FillAsync("Chart Helper");
        await page.Locator("#app-redirects").FillAsync(Back);
        foreach (var scope in (string[])["openid", "profile", "online_access"]) await page.Locator($"[name=scope][value={scope}]").CheckAsync();
        await page.Locator("#app-form button.main").ClickAsync();
        var client = await page.Locator("[data-test=client-id]").InputValueAsync();
        await person.Context.ClearCookiesAsync();

        // The application sends the person here; they sign in on the way, are asked, and are sent back.
        var asked = QueryHelpers.AddQueryString(new Uri(platform.Door, "/oauth/authorize").ToString(), new Dictionary<string, string?>
        {
            ["client_id"] = client, ["response_type"] = "code", ["redirect_uri"] = Back, ["scope"] = "openid profile online_access", ["state"] = "s-1", ["nonce"] = "n-1",
            ["code_challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))), ["code_challenge_method"] = "S256",
        });
        await person.Open(new Uri(asked));
        Assert.StartsWith("/sign-in?to=", new Uri(page.Url).PathAndQuery, StringComparison.Ordinal);
        await SignIn(page, secrets["clinician@demo.invalid"]);
        Assert.Contains("Chart Helper", await page.Locator("h1").InnerTextAsync(), StringComparison.Ordinal);
        // The application's own page is nowhere: what counts is that the browser goes there, and with what.
        var sent = await page.RunAndWaitForRequestAsync(() => page.Locator("[data-test=allow]").ClickAsync(), request => request.Url.StartsWith(Back, StringComparison.Ordinal));
        var brought = QueryHelpers.ParseQuery(new Uri(sent.Url).Query);
        Assert.Equal("s-1", brought["state"].ToString());

        using var app = DoorTrust.Client(platform.Door);
        var given = await Post(app, "/oauth/token", ("grant_type", "authorization_code"), ("client_id", client), ("code", brought["code"].ToString()), ("redirect_uri", Back), ("code_verifier", verifier));
        Assert.Equal("Dr. Demo Clinician", (await Who(app, given))?.GetProperty("name").GetString());

        // They take it back.
        await person.Open(new Uri(platform.Door, "/me/apps"));
        await page.Locator("[data-test=withdraw]").First.ClickAsync();
        await Eventually.True("what was given is worth nothing", async () => await Who(app, given) is null);
        Assert.Empty(person.Mistakes);
    }

    static async Task SignIn(IPage page, string[] secrets)
    {
        await page.Locator("[name=email]").FillAsync(secrets[0]);
        await page.Locator("[name=password]").FillAsync(secrets[1]);
        await page.Locator("form[action='/sign-in'] button.main").ClickAsync();
        await page.Locator("[name=code]").FillAsync(new OtpNet.Totp(OtpNet.Base32Encoding.ToBytes(secrets[2])).ComputeTotp());
        await page.Locator("button.main").ClickAsync();
    }

    static async Task<JsonElement> Post(HttpClient app, string path, params (string Name, string Value)[] form)
    {
        using var answer = await app.PostAsync(path, new FormUrlEncodedContent(form.Select(each => KeyValuePair.Create(each.Name, each.Value))));
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
    }

    static async Task<JsonElement?> Who(HttpClient app, JsonElement given)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/oauth/userinfo");
        request.Headers.Authorization = new("Bearer", given.GetProperty("access_token").GetString());
        using var answer = await app.SendAsync(request);
        return answer.IsSuccessStatusCode ? JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement : null;
    }
}

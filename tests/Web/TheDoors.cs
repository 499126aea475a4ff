using FirstRing.Tests.Web.Stub;

namespace FirstRing.Tests.Web;

/// <summary>What holds at every page: what someone typed stays text, and cookies stay here.</summary>
public sealed class TheDoors
{
    const string Typed = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";

    [Fact]
    public async Task What_someone_typed_is_shown_as_text()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn());
        foreach (var family in (string[])[Typed, ""]) // taken and listed; and refused, so that the form shows it again
        {
            var shown = await Post(browser, "/clinic/visits", ("key", Guid.NewGuid().ToString("N")), ("given", Typed), ("family", family), ("born", "1961-05-04"), ("when", "now"), ("minutes", "20"));
            Says(shown);
        }
        Says(await browser.GetStringAsync("/clinic"));
        using var stranger = door.Browser();
        Says(await Post(stranger, "/sign-in", ("email", Typed), ("password", "wrong"), ("to", "/clinic" + Typed)));

        static void Says(string html)
        {
            Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", html, StringComparison.Ordinal);
            Assert.DoesNotContain("<script>alert", html, StringComparison.Ordinal);
            Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Every_cookie_belongs_to_this_host_alone()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(accept: "application/json");
        using var signIn = await Send(browser, "/sign-in", ("email", StubClinic.Email), ("password", StubClinic.Password));
        using var enter = new HttpRequestMessage(HttpMethod.Post, $"/j/{door.Clinic.Link()}/enter");
        enter.Headers.Add("Idempotency-Key", new string('k', 27));
        using var entered = await browser.SendAsync(enter);
        using var signOut = await Send(browser, "/sign-out");
        foreach (var response in (HttpResponseMessage[])[signIn, entered, signOut])
        {
            var cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"));
            Assert.StartsWith("__Host-", cookie, StringComparison.Ordinal);
            foreach (var attribute in (string[])["; path=/", "; secure", "; samesite=lax", "; httponly"]) Assert.Contains(attribute, cookie, StringComparison.Ordinal);
            Assert.DoesNotContain("domain=", cookie, StringComparison.OrdinalIgnoreCase);
            // The secret travels in the header alone.
            var secret = cookie[(cookie.IndexOf('=', StringComparison.Ordinal) + 1)..cookie.IndexOf(';', StringComparison.Ordinal)];
            if (secret.Length > 0) Assert.DoesNotContain(secret, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    static async Task<string> Post(HttpClient browser, string path, params (string Name, string Value)[] fields)
    {
        using var response = await Send(browser, path, fields);
        return await response.Content.ReadAsStringAsync();
    }

    static async Task<HttpResponseMessage> Send(HttpClient browser, string path, params (string Name, string Value)[] fields)
    {
        using var form = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        return await browser.PostAsync(path, form);
    }
}

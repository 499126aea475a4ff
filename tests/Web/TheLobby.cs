using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FirstRing.Contracts.Scheduling;
using FirstRing.Tests.Web.Stub;

namespace FirstRing.Tests.Web;

/// <summary>The patient's first page: small, alone, the same for whoever may not know, and without effect until the first tap.</summary>
public sealed partial class TheLobby
{
    const int Budget = 14_336;

    [Fact]
    public async Task The_first_response_is_at_most_14_KB_and_needs_no_other()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser();
        browser.DefaultRequestHeaders.AcceptEncoding.ParseAdd("br");
        var response = await browser.GetAsync($"/j/{door.Clinic.Link()}");
        var bytes = await response.Content.ReadAsByteArrayAsync();

        Assert.Equal("br", Assert.Single(response.Content.Headers.ContentEncoding));
        Console.WriteLine($"figure: lobby {bytes.Length} bytes brotli of {Budget}");
        Assert.InRange(bytes.Length, 1, Budget);
        using var text = new StreamReader(new BrotliStream(new MemoryStream(bytes), CompressionMode.Decompress));
        var html = await text.ReadToEndAsync();
        Assert.Contains("data-test=\"join\"", html);
        Assert.Contains("RTCPeerConnection", html);
        Assert.DoesNotMatch(Outward(), html);
    }

    [Fact]
    public async Task Script_and_style_are_allowed_by_their_hash_and_nothing_else_is()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser();
        foreach (var path in new[] { "/", "/sign-in", $"/j/{door.Clinic.Link()}", "/j/unknown", $"/j/{door.Clinic.Link(30)}" })
        {
            var response = await browser.GetAsync(path);
            var html = await response.Content.ReadAsStringAsync();
            var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
            Assert.StartsWith("default-src 'none'; ", policy);
            Assert.DoesNotContain("unsafe", policy);
            foreach (Match part in Inline().Matches(html))
                Assert.Contains($"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(part.Groups[1].Value)))}'", policy);
            Assert.DoesNotContain(" style=", html);
            Assert.DoesNotContain(" onclick=", html);
        }
    }

    [Fact]
    public async Task Opening_a_link_uses_nothing_up_and_tells_nothing_of_the_patient()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var scanner = door.Browser();
        var link = $"/j/{door.Clinic.Link()}";
        for (var i = 0; i < 3; i++)
        {
            var response = await scanner.GetAsync(link);
            var html = await response.Content.ReadAsStringAsync();
            Assert.False(response.Headers.Contains("Set-Cookie"));
            Assert.Contains("Dr Lee", html);
            Assert.Contains("Harbour Street Practice", html);
            Assert.DoesNotContain("Maria", html);
            Assert.DoesNotContain("1950", html);
        }
        Assert.Equal(["GetTenant", "GetVisit", "LookLink"], door.Clinic.Calls.Distinct().Order());
        Assert.True(await Identified(await Enter(door, link)));
    }

    [Fact]
    public async Task Unknown_and_expired_links_get_the_same_answer_for_the_same_work()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser();
        var expired = door.Clinic.Link(-300, -1);
        var seen = new List<(HttpStatusCode, string, string, string)>();
        foreach (var token in new[] { expired, "AAAAAAAAAAAAAAAAAAAAAAAAAAA", "x" })
        {
            door.Clinic.Calls.Clear();
            var response = await browser.GetAsync($"/j/{token}");
            response.Headers.Date = null;
            seen.Add((response.StatusCode, response.Headers.ToString(), await response.Content.ReadAsStringAsync(), string.Join(',', door.Clinic.Calls)));
        }
        Assert.Equal(HttpStatusCode.NotFound, seen[0].Item1);
        Assert.Contains("does not open a visit", seen[0].Item3);
        Assert.Single(seen.Distinct());
    }

    [Fact]
    public async Task A_link_before_its_time_counts_down_and_after_the_visit_says_so()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser();
        var early = await browser.GetStringAsync($"/j/{door.Clinic.Link(12)}");
        Assert.Contains("data-join-state=\"early\"", early);
        Assert.Contains("in 12 minutes", early);
        Assert.DoesNotContain("data-test=\"join\"", early);

        var link = door.Clinic.Link();
        door.Clinic.Put(VisitState.Ended);
        Assert.Contains("This visit has ended", await browser.GetStringAsync($"/j/{link}"));
    }

    [Fact]
    public async Task The_first_device_is_known_again_and_another_one_waits_without_the_record_until_it_gives_the_birth_date()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        var link = $"/j/{door.Clinic.Link()}";
        var first = await Enter(door, link);
        var cookie = Assert.Single(first.Headers.GetValues("Set-Cookie"));
        Assert.StartsWith("__Host-device=", cookie);
        foreach (var attribute in new[] { "; path=/", "; secure", "; samesite=lax", "; httponly" }) Assert.Contains(attribute, cookie);
        Assert.True(await Identified(await Enter(door, link, cookie)));

        var second = await Enter(door, link);
        Assert.False(await Identified(second));
        var other = second.Headers.GetValues("Set-Cookie").Single();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await Prove(door, link, other, "1950-02-01")).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await Prove(door, link, other, "yesterday")).StatusCode);
        Assert.True(await Identified(await Prove(door, link, other, "1950-01-31")));
        Assert.Equal(HttpStatusCode.Unauthorized, (await Prove(door, link, null, "1950-01-31")).StatusCode);
    }

    [Fact]
    public async Task Without_script_the_form_still_enters_and_says_what_to_do()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser();
        using var form = new FormUrlEncodedContent([new("key", "0123456789abcdef")]);
        var response = await browser.PostAsync($"/j/{door.Clinic.Link()}", form);
        Assert.Contains("You are on the list", await response.Content.ReadAsStringAsync());
        Assert.StartsWith("__Host-device=", Assert.Single(response.Headers.GetValues("Set-Cookie")));
    }

    [Fact]
    public async Task A_program_gets_problem_details_and_a_person_gets_a_page()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        var refused = await Enter(door, "/j/unknown");
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType!.MediaType);
        Assert.Equal("link-not-valid", JsonNode.Parse(await refused.Content.ReadAsStringAsync())!["code"]!.GetValue<string>());
        using var browser = door.Browser();
        var page = await browser.PostAsync("/j/unknown", null);
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
    }

    static async Task<HttpResponseMessage> Enter(StubDoor door, string link, string? cookie = null)
    {
        using var browser = door.Browser(accept: "application/json");
        if (cookie is not null) browser.DefaultRequestHeaders.Add("Cookie", cookie.Split(';')[0]);
        return await browser.PostAsync($"{link}/enter", JsonContent.Create(new { }));
    }

    static async Task<HttpResponseMessage> Prove(StubDoor door, string link, string? cookie, string birthDate)
    {
        using var browser = door.Browser(accept: "application/json");
        if (cookie is not null) browser.DefaultRequestHeaders.Add("Cookie", cookie.Split(';')[0]);
        return await browser.PostAsync($"{link}/birth-date", JsonContent.Create(new { birthDate }));
    }

    static async Task<bool> Identified(HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!["identified"]!.GetValue<bool>();
    }

    [GeneratedRegex("""(src|href)="(?!tel:|#|"|/)|<link|@import|url\(|https?://""")]
    private static partial Regex Outward();

    [GeneratedRegex("<(?:style|script)>(.*?)</(?:style|script)>", RegexOptions.Singleline)]
    private static partial Regex Inline();
}

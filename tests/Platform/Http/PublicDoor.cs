using System.Net;
using FirstRing.Contracts;
using FirstRing.Contracts.Records;
using FirstRing.Platform.Http;
using FirstRing.Tests.Platform.Contracts;

namespace FirstRing.Tests.Platform.Http;

public sealed class PublicDoor
{
    [Theory]
    [InlineData("POST", "https://evil.example", 403)]
    [InlineData("PUT", "https://evil.example", 403)]
    [InlineData("DELETE", "https://evil.example", 403)]
    [InlineData("POST", "null", 403)]
    [InlineData("POST", "https://{host}", 403)] // another scheme
    [InlineData("POST", "http://{host}.evil.example", 403)]
    [InlineData("POST", "http://{host}", 200)]
    [InlineData("POST", null, 200)]
    [InlineData("GET", "https://evil.example", 200)]
    [InlineData("HEAD", "https://evil.example", 200)]
    public async Task A_foreign_origin_changes_nothing_here(string method, string? origin, int status)
    {
        await using var host = await ContractHost.Start();
        using var client = new HttpClient { BaseAddress = host.Public };
        using var request = new HttpRequestMessage(new HttpMethod(method), "/door");
        if (origin is not null) request.Headers.TryAddWithoutValidation("Origin", origin.Replace("{host}", host.Public.Authority, StringComparison.Ordinal));
        using var answer = await client.SendAsync(request);
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("key=%2Fe%00", 400)]
    [InlineData("key=%2Fe", 200)]
    public async Task A_form_that_cannot_be_read_is_the_senders_fault_and_not_ours(string form, int status)
    {
        await using var host = await ContractHost.Start();
        using var client = new HttpClient { BaseAddress = host.Public };
        using var body = new StringContent(form, new System.Net.Http.Headers.MediaTypeHeaderValue("application/x-www-form-urlencoded"));
        using var answer = await client.PostAsync(new Uri("/form", UriKind.Relative), body);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(status == 400, (await answer.Content.ReadAsStringAsync()).Contains("\"bad-form\"", StringComparison.Ordinal));
        Assert.DoesNotContain(host.Logs, line => line.Contains("A request failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_foreign_page_opens_no_web_socket()
    {
        await using var host = await ContractHost.Start();
        using var client = new HttpClient { BaseAddress = host.Public };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/door");
        request.Headers.TryAddWithoutValidation("Origin", "https://evil.example");
        request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        request.Headers.TryAddWithoutValidation("Upgrade", "websocket");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Version", "13");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        using var answer = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task What_was_refused_is_logged_by_route_and_code_and_a_flood_of_it_is_two_lines()
    {
        await using var host = await ContractHost.Start();
        using var client = new HttpClient { BaseAddress = host.Public };
        for (var number = 0; number < 40; number++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/door?name={ContractHost.Secret}");
            request.Headers.Add("Origin", "https://evil.example");
            using var answer = await client.SendAsync(request);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }
        using var probe = await client.PostAsync(new Uri("/contract/records/get-patient", UriKind.Relative), new StringContent("{}"));
        using var clients = host.Clients("identity", wire: true);
        Acting.As(new Caller("identity", "ten_1", "stf_1", "front-desk"));
        await Assert.ThrowsAsync<Refit.ApiException>(() => clients.For<IRecordsClient>("records").GetPatients(new GetPatients(TenantId.Parse("ten_000000000000000000000000000000a1", null), []), default));
        using var nowhere = await client.GetAsync(new Uri("/nowhere", UriKind.Relative)); // nothing was refused
        Assert.Equal(
            ["Refused 1 at /contract/records/get-patients from identity: not-allowed", "Refused 1 at none from door: foreign-origin", "Refused 1 at none from door: not-allowed"],
            host.Logs.Select(line => line.Trim()).Order(StringComparer.Ordinal));
        host.Clock.Advance(RefusalLog.Window);
        Assert.Single(host.Logs, line => line.Trim() == "Refused 39 at none from door: foreign-origin");
        Assert.Equal(4, host.Logs.Count);
        Assert.DoesNotContain(host.Logs, line => line.Contains("Rosalind", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/breaks", 500, "broken")]
    [InlineData("/half", 500, "broken")]
    [InlineData("/dependency", 503, "unavailable")]
    [InlineData("/locked", 503, "unavailable")]
    [InlineData("/gone", 503, "unavailable")]
    [InlineData("/untrusted", 503, "unavailable")]
    [InlineData("/mistake", 500, "broken")]
    [InlineData("/behind", 503, "audit-behind")]
    public async Task The_text_of_an_exception_goes_neither_out_nor_into_the_log(string path, int status, string code)
    {
        await using var host = await ContractHost.Start();
        using var client = new HttpClient { BaseAddress = host.Public };
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains($"\"code\":\"{code}\"", text);
        Assert.DoesNotContain("Rosalind", text + answer.Headers);
        Assert.DoesNotContain(host.Logs, line => line.Contains("Rosalind", StringComparison.Ordinal));
        Assert.Equal(path == "/untrusted", host.Logs.Any(line => line.Contains("NpgsqlException from AuthenticationException", StringComparison.Ordinal)));
        if (status == 500) Assert.Contains(host.Logs, line => (line.Contains("InvalidDataException", StringComparison.Ordinal) || line.Contains("SqliteException", StringComparison.Ordinal)) && line.Contains(nameof(ContractHost), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/door")]
    [InlineData("/nowhere")]
    [InlineData("/breaks")]
    [InlineData("/dependency")]
    [InlineData("/contract/records/get-patient")]
    public async Task Every_answer_carries_the_security_headers(string path)
    {
        await using var host = await ContractHost.Start();
        using var client = new HttpClient { BaseAddress = host.Public };
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["X-Content-Type-Options"] = "nosniff", ["Referrer-Policy"] = "same-origin", ["Cross-Origin-Opener-Policy"] = "same-origin",
            ["Cross-Origin-Resource-Policy"] = "same-origin", ["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains",
            ["Content-Security-Policy"] = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        })
            Assert.Equal(value, answer.Headers.TryGetValues(name, out var values) ? values.Single() : null);
        Assert.True(answer.Headers.CacheControl?.NoStore);
    }
}

using System.Net;
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

    [Theory]
    [InlineData("/breaks", 500, "broken")]
    [InlineData("/half", 500, "broken")]
    [InlineData("/dependency", 503, "unavailable")]
    [InlineData("/locked", 503, "unavailable")]
    [InlineData("/gone", 503, "unavailable")]
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

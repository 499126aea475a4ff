using System.Net;

namespace FirstRing.Tests.Platform.Egress;

/// <summary>Each step of a redirect is judged like the first request.</summary>
public sealed class RedirectsDecide
{
    static string To(Uri target, int code = 302) => $"/to?code={code}&target={Uri.EscapeDataString(target.ToString())}";

    [Theory, InlineData(301), InlineData(302), InlineData(303), InlineData(307), InlineData(308)]
    public async Task Within_agreements_it_is_followed(int code)
    {
        await using var outside = await Outside.Open();
        outside.Agree(Outside.Other);
        Assert.Equal($"hello from {Outside.Other}", await outside.Get(outside.At(Outside.Vendor, To(outside.At(Outside.Other), code))));
        Assert.Equal($"hello from {Outside.Vendor}", await outside.Get(outside.At(Outside.Vendor, $"/to?target=%2Fhello&code={code}"))); // relative
    }

    [Fact]
    public async Task To_a_host_without_agreement_it_is_not()
    {
        await using var outside = await Outside.Open();
        Assert.Equal("egress-no-agreement", await outside.Get(outside.At(Outside.Vendor, To(outside.At(Outside.Stranger)))));
        Assert.Equal([Outside.Vendor], outside.Requests.Select(request => request.Host));
        Assert.Equal([("egress", $"{Outside.Stranger}:{outside.Port}", "egress-no-agreement")], await outside.Audited());
    }

    [Theory]
    [InlineData("http://api.vendor.example/hello", "egress-not-encrypted")]
    [InlineData("https://127.0.0.1/", "egress-host-wrong")]
    [InlineData("https://169.254.169.254/latest/meta-data", "egress-host-wrong")]
    [InlineData("https://[::1]/", "egress-host-wrong")]
    [InlineData("file:///etc/passwd", "egress-not-encrypted")]
    [InlineData("ftp://api.vendor.example/", "egress-not-encrypted")]
    public async Task Nor_to_another_scheme_or_an_address(string target, string code)
    {
        await using var outside = await Outside.Open();
        Assert.Equal(code, await outside.Get(outside.At(Outside.Vendor, $"/to?target={Uri.EscapeDataString(target)}")));
    }

    [Fact]
    public async Task Nor_to_a_name_that_leads_inside()
    {
        await using var outside = await Outside.Open();
        outside.Agree(Outside.Other);
        outside.Names[Outside.Other] = () => [IPAddress.Parse("169.254.169.254")];
        Assert.Equal("egress-address-not-allowed", await outside.Get(outside.At(Outside.Vendor, To(outside.At(Outside.Other)))));
    }

    [Fact]
    public async Task It_does_not_go_on_for_ever()
    {
        await using var outside = await Outside.Open();
        var target = outside.At(Outside.Vendor);
        for (var i = 0; i < 6; i++) target = outside.At(Outside.Vendor, To(target));
        Assert.Equal("egress-too-many-redirects", await outside.Get(target));
        Assert.Equal(6, outside.Requests.Count);
    }

    [Fact]
    public async Task Credentials_stay_with_the_host_that_they_were_for()
    {
        await using var outside = await Outside.Open();
        outside.Agree(Outside.Other);
        void Secret(HttpRequestMessage request)
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer secret");
            request.Headers.TryAddWithoutValidation("Cookie", "a=secret");
        }
        await outside.Get(outside.At(Outside.Vendor, To(outside.At(Outside.Other))), with: Secret);
        await outside.Get(outside.At(Outside.Vendor, To(outside.At(Outside.Vendor))), with: Secret);
        Assert.Equal([(Outside.Vendor, "Bearer secret", "a=secret"), (Outside.Other, null, null), (Outside.Vendor, "Bearer secret", "a=secret"), (Outside.Vendor, "Bearer secret", "a=secret")], outside.Requests);
    }

    [Fact]
    public async Task A_body_is_sent_once()
    {
        await using var outside = await Outside.Open();
        using var request = new HttpRequestMessage(HttpMethod.Post, outside.At(Outside.Vendor, To(outside.At(Outside.Vendor), 307))) { Content = new StringContent("x") };
        Assert.Equal(HttpStatusCode.TemporaryRedirect, (await outside.Egress.Send(Outside.Tenant, "phi", request, CancellationToken.None)).Value!.StatusCode);
        Assert.Single(outside.Requests);
    }
}

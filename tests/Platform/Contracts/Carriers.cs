using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FirstRing.Contracts;
using FirstRing.Contracts.Records;
using FirstRing.Platform.Contracts;
using FirstRing.Platform.Http;
using Microsoft.Extensions.Time.Testing;
using Refit;

namespace FirstRing.Tests.Platform.Contracts;

public sealed class Carriers
{
    static readonly CancellationToken Never = CancellationToken.None;
    static readonly TenantId Tenant = TenantId.Parse("ten_0190b7a0c0de70008000000000000001", null);

    [Fact]
    public async Task Both_carriers_give_the_same_bytes_for_the_same_call()
    {
        await using var host = await ContractHost.Start();
        var patient = $$"""{"tenant":"{{Tenant}}","id":"{{ContractHost.Someone}}"}""";
        (string Path, string? Body, string Status)[] calls =
        [
            ("/contract/records/get-patient", patient, "200"),
            ("/contract/records/get-patient", $$"""{ "id" : "{{ContractHost.Someone}}", "more":[1], "tenant":"{{Tenant}}" }""", "200"),
            ("/contract/records/check-birth-date", $$"""{"tenant":"{{Tenant}}","patient":"{{ContractHost.Someone}}","birthDate":"1984-02-29"}""", "200"),
            ("/contract/records/get-patients", $$"""{"tenant":"{{Tenant}}","ids":[]}""", "500"),
            ("/contract/records/get-patient", "{", "400"),
            ("/contract/records/get-patient", "null", "400"),
            ("/contract/records/get-patient", "", "400"),
            ("/contract/records/get-patient", """{"tenant":"pat_0190b7a0c0de70008000000000000001"}""", "400"),
            ("/contract/records/get-patient", """{"tenant":7}""", "400"),
            ("/contract/records/get-patient", new string(' ', 300_000) + patient, "413"),
            ("/contract/records/nothing", "{}", "404"),
            ("/contract/elsewhere/get-patient", patient, "404"),
            ("/contract/records/get-patient", null, "405"),
        ];
        foreach (var (path, body, status) in calls)
        {
            var inside = await Raw(host, "identity", wire: false, path, body);
            Assert.StartsWith(status, inside, StringComparison.Ordinal);
            Assert.Equal(inside, await Raw(host, "identity", wire: true, path, body));
            Assert.DoesNotContain("Rosalind", inside);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_gets_values_and_refusals_and_says_for_whom_it_asks(bool wire)
    {
        await using var host = await ContractHost.Start();
        using var clients = host.Clients("identity", wire);
        var records = clients.For<IRecordsClient>("records");
        Acting.As(new Caller("door", Tenant.ToString(), "stf_9", "clinician"));

        var answer = await records.GetPatient(new GetPatient(Tenant, ContractHost.Someone), Never);
        Assert.Equal(("Ünï–identity", $"{Tenant}/stf_9/clinician"), (answer.Value!.GivenName.Reveal, answer.Value.FamilyName.Reveal));
        Assert.Null(answer.Refused);

        var refused = await records.CheckBirthDate(new CheckBirthDate(Tenant, ContractHost.Someone, new DateOnly(1984, 2, 29)), Never);
        Assert.Equal(new Refusal("no-such-patient", "There is no such patient.", 404), refused.Refused);
        Assert.Null(refused.Value);

        var broken = await Assert.ThrowsAsync<ApiException>(() => records.GetPatients(new GetPatients(Tenant, []), Never));
        Assert.DoesNotContain("Rosalind", broken + broken.Content);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_is_not_in_the_table_gets_403(bool wire)
    {
        await using var host = await ContractHost.Start();
        using var clients = host.Clients("messaging", wire);
        var refused = await Assert.ThrowsAsync<ApiException>(() => clients.For<IRecordsClient>("records").GetPatient(new GetPatient(Tenant, ContractHost.Someone), Never));
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    [Fact]
    public async Task A_header_does_not_make_a_service()
    {
        await using var host = await ContractHost.Start();
        using var client = new HttpClient { BaseAddress = host.Public };
        client.DefaultRequestHeaders.Add("FirstRing-Service", "identity");
        client.DefaultRequestHeaders.Add("X-Forwarded-Client-Cert", "CN=identity");
        client.DefaultRequestHeaders.Add("X-ARR-ClientCert", Convert.ToBase64String(host.Authority.For("identity").Certificate.RawData));
        foreach (var path in (string[])["/contract/records/get-patient", "/CONTRACT/records/get-patient", "/contract/records/events", "/contract", "/Contract/", "/%63ontract/records/get-patient"])
        {
            using var answer = await client.PostAsync(new Uri(path, UriKind.Relative), new StringContent("{}", Encoding.UTF8, "application/json"));
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Without_a_certificate_of_the_internal_CA_there_is_no_connection()
    {
        await using var host = await ContractHost.Start();
        using var foreign = new TestAuthority(); // the same name, another key
        Assert.False(await Connects(host, null));
        Assert.False(await Connects(host, foreign.For("identity")));
        Assert.False(await Connects(host, host.Authority.For("identity", TimeSpan.FromHours(-2)))); // expired
        Assert.True(await Connects(host, host.Authority.For("identity")));
    }

    [Fact]
    public async Task A_client_talks_to_nobody_but_the_service_it_means()
    {
        await using var host = await ContractHost.Start();
        using var foreign = new TestAuthority();
        // The server is records: asked for as messaging, or by a client that trusts another CA, it is not believed.
        using var mistaken = host.Clients("identity", wire: true);
        await Assert.ThrowsAnyAsync<Exception>(() => mistaken.For<IRecordsClient>("messaging").GetPatient(new GetPatient(Tenant, ContractHost.Someone), Never));
        using var distrusting = host.Clients("identity", wire: true, tls: foreign.For("identity"));
        await Assert.ThrowsAnyAsync<Exception>(() => distrusting.For<IRecordsClient>("records").GetPatient(new GetPatient(Tenant, ContractHost.Someone), Never));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_callee_that_does_not_answer_in_time_is_given_up_and_told(bool wire)
    {
        await using var host = await ContractHost.Start();
        var clock = new FakeTimeProvider();
        using var clients = host.Clients("identity", wire, clock);
        var call = clients.For<IRecordsClient>("records").CreatePatient(new CreatePatient("k", Tenant, "a", "b", new DateOnly(1984, 2, 29), null, null), Never);
        for (var step = 0; !call.IsCompleted && step < 6_000; step++)
        {
            await Task.Delay(5);
            if (step % 20 == 19) clock.Advance(TimeSpan.FromSeconds(1));
        }
        await Assert.ThrowsAsync<HttpRequestException>(() => call); // what everybody who asks a neighbour is ready for
        Assert.True(await host.SlowEnded.Task.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task A_callee_that_stalls_half_way_is_given_up_too()
    {
        await using var host = await ContractHost.Start();
        foreach (var wire in (bool[])[false, true])
        {
            var clock = new FakeTimeProvider();
            using var policy = new ContractPolicy("identity", ContractLimits.Default, clock, Way(host, "identity", wire));
            using var client = new HttpClient(policy) { BaseAddress = host.Fleet, Timeout = Timeout.InfiniteTimeSpan };
            using var request = new HttpRequestMessage(HttpMethod.Post, "/contract/records/stalls") { Version = HttpVersion.Version20, Content = new StringContent("{}") };
            var call = client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            for (var step = 0; !call.IsCompleted && step < 6_000; step++)
            {
                await Task.Delay(5);
                if (step % 20 == 19) clock.Advance(TimeSpan.FromSeconds(1));
            }
            await Assert.ThrowsAsync<HttpRequestException>(() => call);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_caller_that_goes_away_takes_its_call_along(bool wire)
    {
        await using var host = await ContractHost.Start();
        using var clients = host.Clients("identity", wire);
        using var gone = new CancellationTokenSource();
        var call = clients.For<IRecordsClient>("records").CreatePatient(new CreatePatient("k", Tenant, "a", "b", new DateOnly(1984, 2, 29), null, null), gone.Token);
        gone.CancelAfter(300);
        await Assert.ThrowsAnyAsync<Exception>(() => call);
        Assert.True(await host.SlowEnded.Task.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_scope_of_a_call_ends_with_it(bool wire)
    {
        await using var host = await ContractHost.Start();
        for (var number = 0; number < 5; number++)
            await Raw(host, "identity", wire, "/contract/records/get-patient", $$"""{"tenant":"{{Tenant}}","id":"{{ContractHost.Someone}}"}""");
        for (var step = 0; host.Counted.Gone < 5 && step < 1000; step++) await Task.Delay(10);
        Assert.Equal((5, 5), (host.Counted.Made, host.Counted.Gone));
    }

    static async Task<string> Raw(ContractHost host, string caller, bool wire, string path, string? body)
    {
        using var client = new HttpMessageInvoker(Way(host, caller, wire));
        using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, new Uri(host.Fleet, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            // Of unknown length on the wire, as a serializer's stream is.
            Content = body is null ? null : new StreamContent(new Unseekable(Encoding.UTF8.GetBytes(body))),
        };
        request.Headers.Add(CallerHeaders.Role, Caller.ServiceRole);
        using var answer = await client.SendAsync(request, Never);
        return $"{(int)answer.StatusCode} {answer.Content.Headers.ContentType} {await answer.Content.ReadAsStringAsync()}";
    }

    static HttpMessageHandler Way(ContractHost host, string caller, bool wire)
    {
        if (!wire) return new LoopbackHandler(host.Loopback, caller);
        var tls = host.Authority.For(caller);
        return new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = [tls.Certificate],
                RemoteCertificateValidationCallback = (_, certificate, _, _) => tls.Accepts(certificate as X509Certificate2),
            },
        };
    }

    // TLS 1.3 tells the client last: only an answer proves that its certificate was taken.
    static async Task<bool> Connects(ContractHost host, MutualTls? tls)
    {
        var server = host.Authority.For("identity");
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, host.Fleet.Port);
        await using var stream = new SslStream(socket.GetStream(), false, (_, certificate, _, _) => server.Accepts(certificate as X509Certificate2));
        try
        {
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                ClientCertificates = tls is null ? null : [tls.Certificate],
                ApplicationProtocols = [SslApplicationProtocol.Http11],
            });
            await stream.WriteAsync("GET /door HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray());
            return await stream.ReadAsync(new byte[16]) > 0;
        }
        catch (Exception failure) when (failure is IOException or System.Security.Authentication.AuthenticationException)
        {
            return false;
        }
    }

    sealed class Unseekable(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Passes;
using FirstRing.Tests.Harness;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FirstRing.Tests.Platform.Passes;

public sealed class VisitPasses : IDisposable
{
    const string Here = "service-a";
    static readonly Pass Ours = new("ten_1", "par_1", "patient", "lgn_1", new Dictionary<string, string> { ["call"] = "call_1" });

    readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    readonly FakeTimeProvider _clock = new(new DateTimeOffset(2027, 1, 4, 9, 0, 0, TimeSpan.Zero));
    readonly PassReader _reader;
    readonly PassSigner _signer;

    public VisitPasses() => (_reader, _signer) = (new PassReader(_key, _clock), new PassSigner(_key, _clock));

    [Fact]
    public async Task A_pass_says_what_was_signed()
    {
        var pass = await _reader.Read(_signer.Sign(Ours, TimeSpan.FromHours(1), [Here]), Here);
        Assert.Equal(("ten_1", "par_1", "patient", "lgn_1", "call_1"), (pass!.Tenant, pass.Subject, pass.Role, pass.Login, pass.Claims["call"]));
    }

    [Fact]
    public async Task A_pass_is_for_the_services_that_it_names()
    {
        var text = _signer.Sign(Ours, TimeSpan.FromHours(1), [Here, "service-b"]);
        Assert.NotNull(await _reader.Read(text, Here));
        Assert.NotNull(await _reader.Read(text, "service-b"));
        Assert.Null(await _reader.Read(text, "service-c"));
        Assert.Null(await _reader.Read(_signer.Sign(Ours, TimeSpan.FromHours(1), []), Here));
    }

    [Fact]
    public async Task A_pass_ends_at_its_end()
    {
        var text = _signer.Sign(Ours, TimeSpan.FromHours(1), [Here]);
        _clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(1));
        Assert.NotNull(await _reader.Read(text, Here));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await _reader.Read(text, Here));
    }

    [Fact]
    public async Task A_pass_is_not_good_before_its_time()
    {
        var text = _signer.Sign(Ours, TimeSpan.FromHours(1), [Here]);
        Assert.Null(await new PassReader(_key, new FakeTimeProvider(_clock.GetUtcNow().AddMinutes(-1))).Read(text, Here));
    }

    [Fact]
    public async Task A_pass_of_another_key_is_refused_whatever_its_key_id_says()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.Null(await _reader.Read(new PassSigner(other, _clock).Sign(Ours, TimeSpan.FromHours(1), [Here]), Here));
        Assert.Null(await _reader.Read(Forge(new SigningCredentials(new ECDsaSecurityKey(other) { KeyId = PassKeys.IdOf(_key) }, "ES256")), Here));
    }

    [Fact]
    public async Task A_pass_without_signature_is_refused()
    {
        var text = _signer.Sign(Ours, TimeSpan.FromHours(1), [Here]);
        var (header, payload) = (Encode("""{"alg":"none","typ":"JWT"}"""), text.Split('.')[1]);
        Assert.Null(await _reader.Read($"{header}.{payload}.", Here));
        Assert.Null(await _reader.Read($"{header}.{payload}.{text.Split('.')[2]}", Here));
        Assert.Null(await _reader.Read($"{text.Split('.')[0]}.{payload}.", Here));
        Assert.Null(await _reader.Read($"{text.Split('.')[0]}.{payload}", Here));
    }

    [Fact]
    public async Task The_public_key_is_not_taken_for_a_shared_secret()
    {
        foreach (var secret in (byte[][])[_key.ExportSubjectPublicKeyInfo(), Encoding.UTF8.GetBytes(_key.ExportSubjectPublicKeyInfoPem())])
            Assert.Null(await _reader.Read(Forge(new SigningCredentials(new SymmetricSecurityKey(secret) { KeyId = PassKeys.IdOf(_key) }, "HS256")), Here));
    }

    [Fact]
    public async Task No_altered_character_goes_unnoticed()
    {
        var text = _signer.Sign(Ours, TimeSpan.FromHours(1), [Here]);
        for (var at = 0; at < text.Length - 1; at++) // the last character holds spare bits of base64url
        {
            var altered = text.ToCharArray();
            altered[at] = altered[at] == 'A' ? 'B' : 'A';
            Assert.Null(await _reader.Read(new string(altered), Here));
        }
    }

    [Fact]
    public async Task Our_key_is_not_enough_without_issuer_end_and_claims()
    {
        var credentials = new SigningCredentials(new ECDsaSecurityKey(_key), "ES256");
        Assert.NotNull(await _reader.Read(Forge(credentials), Here));
        Assert.Null(await _reader.Read(Forge(credentials, issuer: "elsewhere"), Here));
        Assert.Null(await _reader.Read(Forge(credentials, forever: true), Here));
        Assert.Null(await _reader.Read(Forge(credentials, without: "tenant"), Here));
        Assert.Null(await _reader.Read(Forge(credentials, without: "role"), Here));
        Assert.Null(await _reader.Read(Forge(credentials, without: "login"), Here));
        Assert.Null(await _reader.Read(Forge(credentials, without: "aud"), Here));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("not a pass")]
    [InlineData("eyJhbGciOiJFUzI1NiJ9.e30.AAAA")]
    [InlineData("a.b.c.d.e")]
    public async Task Anything_else_is_no_pass(string? text) => Assert.Null(await _reader.Read(text, Here));

    [Fact]
    public async Task A_pass_that_is_too_long_is_not_even_parsed()
    {
        var big = Ours with { Claims = new Dictionary<string, string> { ["call"] = new string('x', 2_000) } };
        Assert.Null(await _reader.Read(_signer.Sign(big, TimeSpan.FromHours(1), [Here]), Here));
    }

    [Fact]
    public async Task A_pass_of_the_longest_length_is_taken_and_one_character_more_is_not()
    {
        string Sized(int size) => _signer.Sign(Ours with { Claims = new Dictionary<string, string> { ["call"] = new string('x', size) } }, TimeSpan.FromHours(1), [Here]);
        var fits = Enumerable.Range(1_000, 600).Last(size => Sized(size).Length <= 2_048);
        Assert.InRange(Sized(fits).Length, 2_047, 2_048);
        Assert.NotNull(await _reader.Read(Sized(fits), Here));
        Assert.Null(await _reader.Read(Sized(fits + 1), Here));
    }

    [Fact]
    public async Task A_pass_that_was_read_says_when_it_ends()
    {
        var pass = await _reader.Read(_signer.Sign(Ours, TimeSpan.FromHours(1), [Here]), Here);
        Assert.Equal(Instant.Microseconds(_clock.GetUtcNow().UtcDateTime.AddHours(1)), pass!.ExpiresAt);
        var payload = new JsonWebToken(_signer.Sign(Ours, TimeSpan.FromHours(1), [Here]));
        Assert.Equal(_clock.GetUtcNow().UtcDateTime.AddSeconds(-5), payload.ValidFrom);
        Assert.Equal(_clock.GetUtcNow().UtcDateTime, payload.IssuedAt);
        Assert.Equal(PassKeys.IdOf(_key), payload.Kid);
    }

    [Fact]
    public async Task A_pass_is_under_a_login() =>
        Assert.Null(await _reader.Read(_signer.Sign(Ours with { Login = "" }, TimeSpan.FromHours(1), [Here]), Here));

    [Fact]
    public async Task A_request_shows_its_pass_in_one_way_and_for_the_service_that_asks()
    {
        var text = _signer.Sign(Ours, TimeSpan.FromHours(1), [Here]);
        var request = new DefaultHttpContext().Request;
        request.Headers.Authorization = $"Bearer {text}";
        var pass = await _reader.ReadBearer(request, Here);
        Assert.Equal("par_1", pass!.Subject);
        request.Headers.Authorization = "Bearer none";
        Assert.Same(pass, await _reader.ReadBearer(request, Here)); // read once
        Assert.Null(await _reader.ReadBearer(request, "service-b")); // and not for another
        foreach (var header in (string[])["", text, $"bearer {text}", $"Basic {text}", $"Digest {text}", $"Bearer{text}", "Bearer "])
        {
            var other = new DefaultHttpContext().Request;
            other.Headers.Authorization = header;
            Assert.Null(await _reader.ReadBearer(other, Here));
        }
    }

    [Fact]
    public void A_key_is_read_from_its_file_and_named_by_what_it_is()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.At("key.pem"), _key.ExportPkcs8PrivateKeyPem());
        using var read = PassKeys.Read(folder.At("key.pem"));
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.Equal(PassKeys.IdOf(_key), PassKeys.IdOf(read));
        Assert.Matches("^[0-9a-f]{16}$", PassKeys.IdOf(read));
        Assert.NotEqual(PassKeys.IdOf(_key), PassKeys.IdOf(other));
    }

    string Forge(SigningCredentials credentials, string issuer = PassKeys.Issuer, bool forever = false, string? without = null)
    {
        var claims = new Dictionary<string, object> { ["tenant"] = "ten_1", ["sub"] = "par_1", ["role"] = "patient", ["login"] = "lgn_1", ["aud"] = Here };
        if (without is not null) claims.Remove(without);
        var now = _clock.GetUtcNow().UtcDateTime;
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer,
            Claims = claims,
            NotBefore = now,
            Expires = forever ? null : now.AddHours(1),
            SigningCredentials = credentials,
        });
    }

    static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    public void Dispose() => _key.Dispose();
}

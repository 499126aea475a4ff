using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using FirstRing.Platform.Passes;
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

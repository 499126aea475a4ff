using System.Buffers.Text;
using System.Text.Json;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Ids;

namespace FirstRing.Tests.Web.Stub;

/// <summary>WebAuthn as far as a browser sees it: asks as identity would, each question once, and checks no signatures.</summary>
internal sealed class StubCeremonies
{
    readonly Dictionary<string, string> _challenges = [];

    public PasskeyBegun Make(string origin, string user, string name) => Begin(challenge => new
    {
        challenge, rp = new { id = new Uri(origin).Host, name = "clinic" }, user = new { id = user, name, displayName = name },
        pubKeyCredParams = new[] { new { type = "public-key", alg = -7 } }, authenticatorSelection = new { residentKey = "required", userVerification = "required" },
    });

    public PasskeyBegun Show(string origin) => Begin(challenge => new { challenge, rpId = new Uri(origin).Host, userVerification = "required", timeout = 60_000 });

    /// <summary>The passkey that a browser's answer is by; null where the question was another, or answered before.</summary>
    public string? IdFor(string ceremony, string credential)
    {
        using var shown = JsonDocument.Parse(credential);
        using var client = JsonDocument.Parse(Base64Url.DecodeFromChars(shown.RootElement.GetProperty("response").GetProperty("clientDataJSON").GetString()));
        return _challenges.Remove(ceremony, out var challenge) && client.RootElement.GetProperty("challenge").GetString() == challenge ? shown.RootElement.GetProperty("id").GetString() : null;
    }

    PasskeyBegun Begin(Func<string, object> options)
    {
        var (ceremony, challenge) = (Token.New(), Token.New());
        _challenges[ceremony] = challenge;
        return new PasskeyBegun(ceremony, JsonSerializer.Serialize(options(challenge)));
    }
}

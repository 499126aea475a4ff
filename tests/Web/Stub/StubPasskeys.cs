using System.Buffers.Text;
using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Ids;

namespace FirstRing.Tests.Web.Stub;

/// <summary>Passkeys, in memory: asks the browser as identity would, and remembers ids and challenges without checking signatures.</summary>
internal sealed class StubPasskeys(StubClinic clinic) : IPasskeysClient
{
    readonly Dictionary<string, string> _challenges = [];

    public List<PasskeyEntry> All { get; } = [];

    static Task<Answer<T>> Say<T>(Answer<T> answer) => Task.FromResult(answer);

    Task<Answer<PasskeyBegun>> Begin(Func<string, object> options)
    {
        var (ceremony, challenge) = (Token.New(), Token.New());
        _challenges[ceremony] = challenge;
        return Say<PasskeyBegun>(new PasskeyBegun(ceremony, JsonSerializer.Serialize(options(challenge))));
    }

    string? IdFor(string ceremony, string credential)
    {
        using var shown = JsonDocument.Parse(credential);
        using var client = JsonDocument.Parse(Base64Url.DecodeFromChars(shown.RootElement.GetProperty("response").GetProperty("clientDataJSON").GetString()));
        return _challenges.Remove(ceremony, out var challenge) && client.RootElement.GetProperty("challenge").GetString() == challenge ? shown.RootElement.GetProperty("id").GetString() : null;
    }

    public Task<Answer<PasskeyBegun>> BeginPasskeySignIn(BeginPasskeySignIn request, CancellationToken stop) =>
        Begin(challenge => new { challenge, rpId = new Uri(request.Origin).Host, userVerification = "required", timeout = 60_000 });

    public Task<Answer<SignedIn>> PasskeySignIn(PasskeySignIn request, CancellationToken stop) => Say<SignedIn>(IdFor(request.Ceremony, request.Credential) is { } id && All.Any(one => one.Id == id)
        ? new SignedIn(clinic.SignedIn(), clinic.Staff) : new Refusal("passkey-refused", "No.", 401));

    public Task<Answer<PasskeyBegun>> BeginPasskey(BeginPasskey request, CancellationToken stop) => Begin(challenge => new
    {
        challenge, rp = new { id = new Uri(request.Origin).Host, name = "clinic" }, user = new { id = "c3RmX3g", name = "Dr Lee", displayName = "Dr Lee" },
        pubKeyCredParams = new[] { new { type = "public-key", alg = -7 } }, authenticatorSelection = new { residentKey = "required", userVerification = "required" },
    });

    public Task<Answer<FactorKept>> AddPasskey(AddPasskey request, CancellationToken stop)
    {
        if (IdFor(request.Ceremony, request.Credential) is not { } id) return Say<FactorKept>(new Refusal("passkey-refused", "No.", 422));
        All.Add(new PasskeyEntry(id, request.Name, 1_790_000_000_000_000, null));
        return Say<FactorKept>(new FactorKept(request.Login, []));
    }

    public Task<Answer<Done>> RenamePasskey(RenamePasskey request, CancellationToken stop)
    {
        var at = All.FindIndex(one => one.Id == request.Id);
        All[at] = All[at] with { Name = request.Name };
        return Say<Done>(Done.Yes);
    }

    public Task<Answer<Done>> RemovePasskey(RemovePasskey request, CancellationToken stop)
    {
        All.RemoveAll(one => one.Id == request.Id);
        return Say<Done>(Done.Yes);
    }

    public Task<Answer<PasskeyList>> ListPasskeys(ListPasskeys request, CancellationToken stop) => Say<PasskeyList>(new PasskeyList([.. All]));
}

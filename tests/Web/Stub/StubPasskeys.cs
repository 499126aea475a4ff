using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Ids;

namespace FirstRing.Tests.Web.Stub;

/// <summary>Passkeys, in memory: remembers ids.</summary>
internal sealed class StubPasskeys(StubClinic clinic) : IPasskeysClient
{
    readonly StubCeremonies _ceremonies = new();

    public List<PasskeyEntry> All { get; } = [];

    static Task<Answer<T>> Say<T>(Answer<T> answer) => Task.FromResult(answer);

    public Task<Answer<PasskeyBegun>> BeginPasskeySignIn(BeginPasskeySignIn request, CancellationToken stop) =>
        Say<PasskeyBegun>(_ceremonies.Show(request.Origin));

    public Task<Answer<SignedIn>> PasskeySignIn(PasskeySignIn request, CancellationToken stop) => Say<SignedIn>(_ceremonies.IdFor(request.Ceremony, request.Credential) is { } id && All.Any(one => one.Id == id)
        ? new SignedIn(clinic.SignedIn(), clinic.Staff) : new Refusal("passkey-refused", "No.", 401));

    public Task<Answer<PasskeyBegun>> BeginPasskey(BeginPasskey request, CancellationToken stop) => Say<PasskeyBegun>(_ceremonies.Make(request.Origin, "c3RmX3g", "Dr Lee"));

    public Task<Answer<FactorKept>> AddPasskey(AddPasskey request, CancellationToken stop)
    {
        if (_ceremonies.IdFor(request.Ceremony, request.Credential) is not { } id) return Say<FactorKept>(new Refusal("passkey-refused", "No.", 422));
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

using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Records;
using FirstRing.Platform.Ids;

namespace FirstRing.Tests.Web.Stub;

/// <summary>Who acts for the patient, in memory: what was granted, ended and shown.</summary>
internal sealed class StubProxies(TimeProvider clock) : IProxiesClient, IProxyPersonsClient
{
    const long Day = 86_400_000_000;
    public static readonly DateOnly Born = new(1979, 5, 6);

    readonly List<ProxyGrant> _grants = [];
    readonly List<ProxyPerson> _persons = [];

    /// <summary>Devices that gave a proxy's birth date.</summary>
    public HashSet<string> Devices { get; } = [];
    public List<GrantProxy> Granted { get; } = [];
    public List<AddProxy> Added { get; } = [];
    public List<GetRepresented> Shown { get; } = [];

    /// <summary>What a grant is refused with.</summary>
    public Refusal? Refuses { get; set; }
    public int Tries { get; set; }

    static Task<Answer<T>> Say<T>(Answer<T> answer) => Task.FromResult(answer);

    public ProxyGrant Grant(ProxyId id) => _grants.Single(one => one.Id == id);

    /// <summary>One that is there already; over where <paramref name="ended"/> says how.</summary>
    public ProxyId Put(string given, PatientId patient, IReadOnlyList<ProxyScope>? scopes = null, ProxyEnd? ended = null, ProxyBasis basis = ProxyBasis.MinorChild, string? evidence = null)
    {
        var (id, now) = (new ProxyId(NewId.Random()), clock.Microseconds());
        _persons.Add(new ProxyPerson(id, given, "Fernández", basis == ProxyBasis.MinorChild ? "Mother" : "Guardian", basis, evidence is null ? default(Phi<string>?) : new Phi<string>(evidence)));
        _grants.Add(new ProxyGrant(id, patient, scopes ?? Enum.GetValues<ProxyScope>(), now - Day, ended == ProxyEnd.Time ? now - 1 : now + 100 * Day, ended is null, ended is null ? null : now - 1, ended));
        return id;
    }

    /// <summary>Why not; null where the date is theirs.</summary>
    public Refusal? Prove(ProxyId proxy, ProveBirthDate request)
    {
        if (++Tries > 5) return new Refusal("too-many-tries", "Too many tries.", 429);
        if (request.BirthDate.Reveal != Born) return new Refusal("birth-date-wrong", "No.", 403);
        Devices.Add(request.Device);
        return _grants.Any(one => one.Id == proxy) ? null : new Refusal("link-not-valid", "No.", 404);
    }

    public Task<Answer<ProxyGrant>> GrantProxy(GrantProxy request, CancellationToken stop)
    {
        if (Refuses is { } why) return Say<ProxyGrant>(why);
        Granted.Add(request);
        var now = clock.Microseconds();
        var grant = new ProxyGrant(request.Proxy, request.Patient, request.Scopes, now, request.Until ?? now + 100 * Day, true, null, null);
        _grants.Insert(0, grant);
        return Say<ProxyGrant>(grant);
    }

    public Task<Answer<ProxyGrantList>> ListProxyGrants(ListProxyGrants request, CancellationToken stop) => Say<ProxyGrantList>(new ProxyGrantList([.. _grants]));

    public Task<Answer<ProxyGrant>> EndProxy(EndProxy request, CancellationToken stop)
    {
        var place = _grants.FindIndex(one => one.Id == request.Proxy);
        if (place < 0) return Say<ProxyGrant>(new Refusal("no-such-proxy", "No.", 404));
        _grants[place] = _grants[place] with { Holds = false, EndedAt = clock.Microseconds(), Ended = ProxyEnd.Staff };
        return Say<ProxyGrant>(_grants[place]);
    }

    public Task<Answer<Done>> CheckProxy(CheckProxy request, CancellationToken stop) => throw new NotSupportedException();

    public Task<Answer<ProxyAdded>> AddProxy(AddProxy request, CancellationToken stop)
    {
        Added.Add(request);
        var id = new ProxyId(NewId.Random());
        _persons.Add(new ProxyPerson(id, request.GivenName, request.FamilyName, request.Relation, request.Basis, request.Evidence));
        return Say<ProxyAdded>(new ProxyAdded(id));
    }

    public Task<Answer<ProxyPersonList>> ListProxies(ListProxies request, CancellationToken stop) => Say<ProxyPersonList>(new ProxyPersonList("Maria", "Fernández", [.. _persons]));

    public Task<Answer<Represented>> GetRepresented(GetRepresented request, CancellationToken stop)
    {
        Shown.Add(request);
        return Say<Represented>(new Represented("Maria"));
    }

    public Task<Answer<ProxyLimit>> FindProxyLimit(FindProxyLimit request, CancellationToken stop) => throw new NotSupportedException();
    public Task<Answer<BirthDateChecked>> CheckProxyBirthDate(CheckProxyBirthDate request, CancellationToken stop) => throw new NotSupportedException();
}

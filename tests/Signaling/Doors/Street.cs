using System.Security.Cryptography;
using FirstRing.Contracts;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Passes;
using FirstRing.Platform.Storage;
using FirstRing.Signaling;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Signaling.Doors;

/// <summary>A store, signaling nodes on it behind real sockets, one media node in memory, and passes into one call.</summary>
internal sealed class Street : IAsyncDisposable
{
    readonly TestStore _test;
    readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    readonly List<SignalingNode> _nodes = [];
    readonly string _visit = new VisitId(NewId.Random()).ToString();
    readonly PassSigner _signer;

    Street(TestStore test)
    {
        _test = test;
        _signer = new PassSigner(_key, TimeProvider.System);
        Media.Add("a");
    }

    public MediaFleet Media { get; } = new();
    public SignalingNode Node => _nodes[0];
    public string Tenant { get; } = new TenantId(NewId.Random()).ToString();
    public CallId CallId { get; } = new(NewId.Random());
    public string Call => CallId.ToString();
    public VisitId VisitId => TypedId.Parse<VisitId>(_visit);

    public static async Task<Street> Open(Dialect dialect)
    {
        var street = new Street(await TestStore.Open(dialect, new TestStoreOptions("signaling", [typeof(SignalingModule)], ConsumersOf: _ => ["scheduling"], Clock: TimeProvider.System)));
        street._nodes.Add(await SignalingNode.Start(street._test.Store, street.Media, street._key));
        return street;
    }

    /// <summary>A second signaling node on the same database.</summary>
    public async Task<SignalingNode> AnotherNode()
    {
        var node = await SignalingNode.Start(await _test.OpenAnother(), Media, _key);
        _nodes.Add(node);
        return node;
    }

    public Guest Someone(string role, TimeSpan? life = null, string? call = null, ECDsa? key = null, string? tenant = null, string? participant = null, string audience = "signaling")
    {
        participant ??= new ParticipantId(NewId.Random()).ToString();
        var login = new LoginId(NewId.Random());
        var signer = key is null ? _signer : new PassSigner(key, TimeProvider.System);
        return new Guest(participant, role, login, signer.Sign(new Pass(tenant ?? Tenant, participant, role, login.ToString(),
            new Dictionary<string, string> { ["visit"] = _visit, ["call"] = call ?? Call, ["identified"] = "true" }), life ?? TimeSpan.FromHours(1), [audience]));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
        await _test.DisposeAsync();
        _key.Dispose();
    }
}

/// <summary>Someone with a pass.</summary>
internal sealed record Guest(string Participant, string Role, LoginId Login, string Pass);

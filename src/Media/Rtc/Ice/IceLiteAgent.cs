using System.Buffers.Binary;
using FirstRing.Media.Rtc.Stun;

namespace FirstRing.Media.Rtc.Ice;

/// <summary>What an agent made of a request.</summary>
/// <param name="Authenticated">The sender knows the password; only then did anything change.</param>
/// <param name="NewAddress">The source was not known before.</param>
/// <param name="Evicted">An address that had to make room for it.</param>
public readonly record struct IceOutcome(bool Authenticated, bool NewAddress, RemoteAddress? Evicted);

/// <summary>
/// The lite side of ICE for one peer (RFC 8445 §2.5): answers checks, believes only authenticated ones, and sends where the browser nominates.
/// It never checks by itself; consent (RFC 7675) is that authenticated checks keep coming.
/// </summary>
public sealed class IceLiteAgent
{
    /// <summary>Without an authenticated check for so long (µs) the peer counts as disconnected. Browsers check every 2.5 s and faster.</summary>
    public const long DisconnectedAfter = 10_000_000;
    /// <summary>And after so long (µs) as gone: RFC 7675 §5.1.</summary>
    public const long FailedAfter = 30_000_000;

    static readonly ushort[] Understood =
    [
        StunAttribute.Username, StunAttribute.MessageIntegrity, StunAttribute.Priority, StunAttribute.UseCandidate, StunAttribute.MessageIntegritySha256,
    ];

    readonly IceAddresses _addresses = new();
    readonly byte[] _ufrag;
    readonly byte[] _password;
    bool _nominated;
    uint _nomination;

    /// <summary>An agent with its own fragment and password, in ASCII.</summary>
    public IceLiteAgent(ReadOnlySpan<byte> ufrag, ReadOnlySpan<byte> password) => (_ufrag, _password) = (ufrag.ToArray(), password.ToArray());

    /// <summary>The path is proved: at least one authenticated check has come.</summary>
    public bool IsValidated => _addresses.Count > 0;
    /// <summary>Where to send: the first proved address, then whatever is nominated. Only meaningful once <see cref="IsValidated"/>.</summary>
    public RemoteAddress Selected => _addresses.Selected;
    /// <summary>When the last authenticated check came.</summary>
    public long LastCheck { get; private set; }
    /// <summary>All proved addresses; media still comes from an old one after a switch.</summary>
    public ReadOnlySpan<RemoteAddress> Addresses => _addresses.All;

    /// <summary>The address has been proved by an authenticated check.</summary>
    public bool Knows(in RemoteAddress address) => _addresses.Contains(address);

    /// <summary>Another peer has proved to own this address.</summary>
    public void Forget(in RemoteAddress address) => _addresses.Remove(address);

    /// <summary>The fragment in front of the colon of a USERNAME is ours (RFC 8445 §7.2.2: receiver's first).</summary>
    public bool IsFor(ReadOnlySpan<byte> username) =>
        username.Length > _ufrag.Length && username[_ufrag.Length] == ':' && username[.._ufrag.Length].SequenceEqual(_ufrag);

    /// <summary>Takes a Binding request with a valid FINGERPRINT and writes the answer; nothing is answered when <paramref name="length"/> is 0.</summary>
    public IceOutcome HandleRequest(in StunMessage request, in RemoteAddress from, long now, Span<byte> answer, out int length)
    {
        if (!IsFor(request.Username) || !request.VerifyIntegrity(_password))
        {
            length = StunAnswers.Unauthorized(request, answer);
            return default;
        }
        Span<ushort> unknown = stackalloc ushort[8];
        var count = request.UnknownRequired(Understood, unknown);
        if (count > 0)
        {
            length = StunAnswers.UnknownAttributes(request, unknown[..count], _password, answer);
            return default;
        }
        LastCheck = now;
        var first = !IsValidated;
        var isNew = _addresses.Add(from, now, out var evicted);
        if (first || Nominates(request)) _addresses.Select(from);
        length = StunAnswers.Success(request, from, _password, answer);
        return new IceOutcome(true, isNew, evicted);
    }

    // As a lite agent we take every nomination. libWebRTC also counts them: then an older one that comes late does not win.
    bool Nominates(in StunMessage request)
    {
        if (request.TryGet(StunAttribute.GoogNomination, out var value) && value.Length == 4)
        {
            var number = BinaryPrimitives.ReadUInt32BigEndian(value);
            if (_nominated && number < _nomination) return false;
            (_nominated, _nomination) = (true, number);
            return true;
        }
        return request.HasUseCandidate;
    }
}

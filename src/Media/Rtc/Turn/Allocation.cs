using FirstRing.Media.Rtc.Ice;

namespace FirstRing.Media.Rtc.Turn;

// One client's relay. Its peers are our own few sockets, so permissions and channels are a place for each of them: nothing here grows.
sealed class Allocation(in RemoteAddress client, in RemoteAddress relayed, in TurnOwner owner, ReadOnlySpan<byte> key, ReadOnlySpan<byte> transaction, int peers, long bitsPerSecond)
{
    internal const long Life = 600_000_000, PermissionLife = 300_000_000, ChannelLife = 600_000_000;

    readonly byte[] _transaction = transaction.ToArray();
    readonly long[] _permitted = new long[peers], _bound = new long[peers];
    readonly ushort[] _channels = new ushort[peers];
    RateBucket _up = new(bitsPerSecond), _down = new(bitsPerSecond);

    internal RemoteAddress Client { get; } = client;
    internal IceIdentity Owner { get; } = owner.Identity;
    internal long CredentialEnds { get; } = owner.Ends;
    internal byte[] Username { get; } = owner.Username.ToArray();
    internal byte[] Key { get; } = key.ToArray();
    internal long ExpiresAt { get; set; }
    internal bool IsIPv4 { get; } = relayed.IsIPv4;
    internal RemoteAddress Relayed { get; } = relayed;

    // A request that is sent again because its answer was lost.
    internal bool IsMadeBy(ReadOnlySpan<byte> transaction) => transaction.SequenceEqual(_transaction);

    // Where what goes between the client and one of our sockets comes from, as the worker sees it.
    internal RemoteAddress Path(int local) => Relayed with { Local = (byte)local };

    internal void Permit(int local, long now) => _permitted[local] = now + PermissionLife;

    internal bool IsPermitted(int local, long now) => _permitted[local] > now;

    // False when the channel is another peer's, or the peer has another channel (RFC 8656 §12.2).
    internal bool TryBind(ushort channel, int local, long now)
    {
        if (LocalOf(channel, now) is >= 0 and var other && other != local) return false;
        if (ChannelOf(local, now) is not 0 and var before && before != channel) return false;
        (_channels[local], _bound[local]) = (channel, now + ChannelLife);
        Permit(local, now);
        return true;
    }

    internal ushort ChannelOf(int local, long now) => _bound[local] > now ? _channels[local] : (ushort)0;

    internal int LocalOf(ushort channel, long now)
    {
        for (var i = 0; i < _channels.Length; i++)
            if (_channels[i] == channel && _bound[i] > now)
                return i;
        return -1;
    }

    internal bool MayCarryUp(int bytes, long now) => _up.TryTake(bytes, now);

    internal bool MayCarryDown(int bytes, long now) => _down.TryTake(bytes, now);
}

// Whose an allocation is, by the user name that its maker proved to know the password of.
readonly ref struct TurnOwner(IceIdentity identity, long ends, ReadOnlySpan<byte> username)
{
    internal IceIdentity Identity { get; } = identity;
    internal long Ends { get; } = ends;
    internal ReadOnlySpan<byte> Username { get; } = username;
}

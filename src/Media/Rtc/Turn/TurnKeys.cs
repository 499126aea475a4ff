using System.Security.Cryptography;
using FirstRing.Media.Rtc.Ice;

namespace FirstRing.Media.Rtc.Turn;

// The long-term key of RFC 8489 §9.2.2. User names are made and opened as ICE fragments are: they carry whose they are and until when, sealed.
sealed class TurnKeys(IceCredentials credentials)
{
    internal const int Length = 16;
    const int RealmLength = 9;

    internal static ReadOnlySpan<byte> Realm => "firstring"u8;

    // False for a name that was not given here or is over.
    internal bool TryDerive(ReadOnlySpan<byte> username, long now, Span<byte> key, out IceIdentity owner, out long ends)
    {
        if (!credentials.TryOpen(username, out owner, out ends) || ends <= now) return false;
        Span<byte> text = stackalloc byte[IceCredentials.UfragLength + IceCredentials.PasswordLength + 2 + RealmLength];
        username.CopyTo(text);
        text[username.Length] = (byte)':';
        var at = username.Length + 1;
        Realm.CopyTo(text[at..]);
        text[at + Realm.Length] = (byte)':';
        credentials.WritePassword(username, text[(at + Realm.Length + 1)..]);
        // The standard's: what browsers compute. It only spreads a password of 144 random bits.
#pragma warning disable CA5351
        MD5.HashData(text, key);
#pragma warning restore CA5351
        return true;
    }
}

using FirstRing.Media.Rtc.Stun;

namespace FirstRing.Media.Rtc.Turn;

// What a relay answers. Those who have proved nothing get no words, only numbers: the answer to a request of 28 bytes has 72.
static class TurnAnswers
{
    // An answer to a datagram whose sender may be somebody else is at most so many times as long.
    internal const int MostAmplified = 3;

    internal static int Challenge(in StunMessage request, int code, ReadOnlySpan<byte> nonce, Span<byte> answer)
    {
        scoped var writer = new StunWriter(answer);
        writer.Begin(StunClass.Error, request.Method, request.TransactionId);
        writer.AddErrorCode(code, default);
        writer.Add(StunAttribute.Realm, TurnKeys.Realm);
        writer.Add(StunAttribute.Nonce, nonce);
        return writer.Length;
    }

    internal static int Unproved(in StunMessage request, int code, Span<byte> answer)
    {
        var writer = new StunWriter(answer);
        writer.Begin(StunClass.Error, request.Method, request.TransactionId);
        writer.AddErrorCode(code, default);
        return writer.Length;
    }

    internal static int Refusal(in StunMessage request, int code, ReadOnlySpan<byte> key, Span<byte> answer, ReadOnlySpan<ushort> unknown = default)
    {
        scoped var writer = new StunWriter(answer);
        writer.Begin(StunClass.Error, request.Method, request.TransactionId);
        writer.AddErrorCode(code, ReasonOf(code));
        if (!unknown.IsEmpty) writer.AddUnknownAttributes(unknown);
        return Finish(ref writer, key);
    }

    internal static int Allocated(in StunMessage request, Allocation made, Span<byte> answer)
    {
        Span<byte> ip = stackalloc byte[16];
        scoped var writer = new StunWriter(answer);
        writer.Begin(StunClass.Success, request.Method, request.TransactionId);
        writer.AddXorAddress(StunAttribute.XorRelayedAddress, ip[..made.Relayed.WriteIP(ip)], made.Relayed.Port);
        writer.Add(StunAttribute.Lifetime, (uint)(Allocation.Life / 1_000_000));
        writer.AddXorMappedAddress(ip[..made.Client.WriteIP(ip)], made.Client.Port);
        return Finish(ref writer, made.Key);
    }

    internal static int Refreshed(in StunMessage request, uint seconds, ReadOnlySpan<byte> key, Span<byte> answer)
    {
        scoped var writer = new StunWriter(answer);
        writer.Begin(StunClass.Success, request.Method, request.TransactionId);
        writer.Add(StunAttribute.Lifetime, seconds);
        return Finish(ref writer, key);
    }

    internal static int Done(in StunMessage request, ReadOnlySpan<byte> key, Span<byte> answer)
    {
        scoped var writer = new StunWriter(answer);
        writer.Begin(StunClass.Success, request.Method, request.TransactionId);
        return Finish(ref writer, key);
    }

    // Puts the head of a Data indication in front of what is in the slot already, which moves behind it; 0 when it does not fit.
    internal static int WrapIndication(Span<byte> slot, int length, in RemoteAddress peer)
    {
        var head = StunMessage.HeaderLength + (peer.IsIPv4 ? 12 : 24) + 4;
        if (slot.Length < head + length + 3) return 0;
        slot[..length].CopyTo(slot[head..]);
        // Nobody answers an indication: its number only has to look like one.
        Span<byte> ip = stackalloc byte[16], number = stackalloc byte[12];
        number.Clear();
        scoped var writer = new StunWriter(slot);
        writer.Begin(StunClass.Indication, StunMethod.Data, number);
        writer.AddXorAddress(StunAttribute.XorPeerAddress, ip[..peer.WriteIP(ip)], peer.Port);
        writer.AddInPlace(StunAttribute.Data, length);
        return writer.Length;
    }

    static int Finish(ref StunWriter writer, ReadOnlySpan<byte> key)
    {
        writer.AddIntegrity(key);
        writer.AddFingerprint();
        return writer.Length;
    }

    static ReadOnlySpan<byte> ReasonOf(int code) => code switch
    {
        400 => "Bad Request"u8,
        403 => "Forbidden"u8,
        420 => "Unknown Attribute"u8,
        437 => "Allocation Mismatch"u8,
        440 => "Address Family not Supported"u8,
        441 => "Wrong Credentials"u8,
        442 => "Unsupported Transport Protocol"u8,
        443 => "Peer Address Family Mismatch"u8,
        486 => "Allocation Quota Reached"u8,
        508 => "Insufficient Capacity"u8,
        _ => default,
    };
}

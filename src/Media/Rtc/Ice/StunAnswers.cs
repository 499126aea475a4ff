using FirstRing.Media.Rtc.Stun;

namespace FirstRing.Media.Rtc.Ice;

/// <summary>The answers to a Binding request. Each is smaller than what it answers in the cases a stranger can provoke: no amplifier.</summary>
public static class StunAnswers
{
    /// <summary>Success with the address we saw (RFC 8489 §6.3.1.1).</summary>
    public static int Success(in StunMessage request, in RemoteAddress from, ReadOnlySpan<byte> password, Span<byte> destination)
    {
        Span<byte> ip = stackalloc byte[16];
        scoped var writer = new StunWriter(destination);
        writer.Begin(StunClass.Success, StunMethod.Binding, request.TransactionId);
        writer.AddXorMappedAddress(ip[..from.WriteIP(ip)], from.Port);
        return Finish(ref writer, password);
    }

    /// <summary>400 for a request without USERNAME or MESSAGE-INTEGRITY, 401 for one that they do not fit (RFC 8489 §9.1.3). Without integrity of its own.</summary>
    public static int Unauthorized(in StunMessage request, Span<byte> destination)
    {
        var writer = new StunWriter(destination);
        writer.Begin(StunClass.Error, StunMethod.Binding, request.TransactionId);
        if (request.Username.IsEmpty || !request.HasIntegrity) writer.AddErrorCode(400, "Bad Request"u8);
        else writer.AddErrorCode(401, "Unauthorized"u8);
        writer.AddFingerprint();
        return writer.Length;
    }

    /// <summary>420 with the attributes we had to understand and do not (RFC 8489 §6.3.1).</summary>
    public static int UnknownAttributes(in StunMessage request, ReadOnlySpan<ushort> unknown, ReadOnlySpan<byte> password, Span<byte> destination)
    {
        var writer = new StunWriter(destination);
        writer.Begin(StunClass.Error, StunMethod.Binding, request.TransactionId);
        writer.AddErrorCode(420, "Unknown Attribute"u8);
        writer.AddUnknownAttributes(unknown);
        return Finish(ref writer, password);
    }

    static int Finish(ref StunWriter writer, ReadOnlySpan<byte> password)
    {
        writer.AddIntegrity(password);
        writer.AddFingerprint();
        return writer.Length;
    }
}

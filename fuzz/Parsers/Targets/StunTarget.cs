using FirstRing.Media.Rtc.Stun;

namespace FirstRing.Fuzz.Parsers.Targets;

static class StunTarget
{
    static readonly ushort[] Known = [StunAttribute.Username, StunAttribute.MessageIntegrity, StunAttribute.Priority, StunAttribute.UseCandidate];

    internal static void Run(byte[] bytes)
    {
        if (!StunMessage.TryRead(bytes, out var message)) return;
        Span<ushort> unknown = stackalloc ushort[16];
        Span<byte> ip = stackalloc byte[16];
        message.VerifyIntegrity("VOkJxbRl1RmTxUk/WvJxBt"u8);
        message.VerifyFingerprint();
        var missing = message.UnknownRequired(Known, unknown);
        Must.Hold(missing <= unknown.Length && !unknown[..missing].ContainsAny(Known));
        if (message.TryGetXorAddress(StunAttribute.XorMappedAddress, ip, out var length, out _)) Must.Hold(length is 4 or 16);
        _ = message.HasUseCandidate;

        // Written again, attribute by attribute, it reads the same.
        var writer = new StunWriter(new byte[bytes.Length]);
        writer.Begin(message.Class, message.Method, message.TransactionId);
        var attributes = message.Attributes();
        while (attributes.Next(out var type, out var value)) writer.Add(type, value);
        Must.Hold(writer.Length is > 0 && writer.Length <= bytes.Length);
    }
}

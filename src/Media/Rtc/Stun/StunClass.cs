namespace FirstRing.Media.Rtc.Stun;

/// <summary>The two class bits of a STUN message type (RFC 8489 §5).</summary>
public enum StunClass
{
    /// <summary>Asks for a response.</summary>
    Request = 0,
    /// <summary>Asks for nothing.</summary>
    Indication = 1,
    /// <summary>A success response.</summary>
    Success = 2,
    /// <summary>An error response.</summary>
    Error = 3,
}

/// <summary>The twelve method bits: Binding (RFC 8489) and the TURN methods (RFC 8656 §17).</summary>
public enum StunMethod
{
    /// <summary>Binding.</summary>
    Binding = 1,
    /// <summary>TURN Allocate.</summary>
    Allocate = 3,
    /// <summary>TURN Refresh.</summary>
    Refresh = 4,
    /// <summary>TURN Send indication.</summary>
    Send = 6,
    /// <summary>TURN Data indication.</summary>
    Data = 7,
    /// <summary>TURN CreatePermission.</summary>
    CreatePermission = 8,
    /// <summary>TURN ChannelBind.</summary>
    ChannelBind = 9,
}

static class StunType
{
    // RFC 8489 §5: M11–M7 C1 M6–M4 C0 M3–M0.
    internal static StunClass Class(ushort type) => (StunClass)((type >> 4 & 1) | (type >> 7 & 2));

    internal static StunMethod Method(ushort type) => (StunMethod)((type & 0xF) | (type >> 1 & 0x70) | (type >> 2 & 0xF80));

    internal static ushort Join(StunClass kind, StunMethod method)
    {
        int c = (int)kind, m = (int)method;
        return (ushort)((m & 0xF) | (m & 0x70) << 1 | (m & 0xF80) << 2 | (c & 1) << 4 | (c & 2) << 7);
    }
}

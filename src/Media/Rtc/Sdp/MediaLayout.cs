namespace FirstRing.Media.Rtc.Sdp;

/// <summary>What kind of stream a mid or an SSRC stands for.</summary>
public enum MediaKind
{
    /// <summary>A microphone.</summary>
    Audio,
    /// <summary>A camera.</summary>
    Video,
    /// <summary>A shared screen.</summary>
    Screen,
}

/// <summary>
/// The fixed layout of every FirstRing offer (docs/signaling.md, "The offer"): payload types, extension ids, mids and the SSRCs of the slots.
/// Slots 0–4 carry the five others of a call of six, by seat; one more slot carries the shared screen.
/// </summary>
public static class MediaLayout
{
    /// <summary>People in a call.</summary>
    public const int Seats = 6;
    /// <summary>Slots for others' audio and video.</summary>
    public const int Slots = Seats - 1;

    /// <summary>Payload type of Opus.</summary>
    public const byte OpusPayload = 111;
    /// <summary>Payload type of Opus with earlier sound repeated (RFC 2198).</summary>
    public const byte RedPayload = 63;
    /// <summary>Payload type of VP8.</summary>
    public const byte Vp8Payload = 96;
    /// <summary>Payload type of VP8's retransmissions.</summary>
    public const byte Vp8RtxPayload = 97;
    /// <summary>Payload type of H.264, 42e01f, packetization-mode 1.</summary>
    public const byte H264Payload = 102;
    /// <summary>Payload type of H.264's retransmissions.</summary>
    public const byte H264RtxPayload = 103;
    /// <summary>Ticks per second of every video stream.</summary>
    public const int VideoClockRate = 90_000;

    /// <summary>Extension id of the mid, page to server only.</summary>
    public const int MidExtension = 1;
    /// <summary>Extension id of abs-send-time.</summary>
    public const int AbsSendTimeExtension = 2;
    /// <summary>Extension id of the transport-wide sequence number.</summary>
    public const int TransportSequenceExtension = 3;
    /// <summary>Extension id of the audio level.</summary>
    public const int AudioLevelExtension = 4;
    /// <summary>Extension id of the rid (RFC 8852), page to server only.</summary>
    public const int RidExtension = 5;
    /// <summary>Extension id of the rid that a stream of retransmissions repairs, page to server only.</summary>
    public const int RepairedRidExtension = 6;

    /// <summary>The page's microphone.</summary>
    public const string MicrophoneMid = "mic";
    /// <summary>The page's camera.</summary>
    public const string CameraMid = "cam";
    /// <summary>The page's shared screen.</summary>
    public const string ScreenMid = "scr";
    /// <summary>The slot of whoever shares a screen.</summary>
    public const string ScreenSlotMid = "s0";

    /// <summary>The SSRC the server reports and asks under.</summary>
    public const uint ServerSsrc = 1;
    const uint AudioSsrcs = 0x1000_0000, VideoSsrcs = 0x2000_0000, VideoRtxSsrcs = 0x3000_0000;
    /// <summary>SSRC of the shared screen.</summary>
    public const uint ScreenSsrc = 0x4000_0000;
    /// <summary>SSRC of the shared screen's retransmissions.</summary>
    public const uint ScreenRtxSsrc = 0x5000_0000;

    /// <summary>SSRC of a slot's audio.</summary>
    public static uint AudioSsrc(int slot) => AudioSsrcs + (uint)slot;

    /// <summary>SSRC of a slot's video.</summary>
    public static uint VideoSsrc(int slot) => VideoSsrcs + (uint)slot;

    /// <summary>SSRC of a slot's video retransmissions.</summary>
    public static uint VideoRtxSsrc(int slot) => VideoRtxSsrcs + (uint)slot;

    /// <summary>The slot in which a participant on one seat finds the one on another; −1 for oneself or no seat.</summary>
    public static int SlotOf(int seat, int seenFromSeat) => seat is < 0 or >= Seats || seenFromSeat is < 0 or >= Seats || seat == seenFromSeat
        ? -1
        : seat < seenFromSeat ? seat : seat - 1;

    /// <summary>The seat that a participant on one seat sees in a slot.</summary>
    public static int SeatIn(int slot, int seenFromSeat) => slot < seenFromSeat ? slot : slot + 1;

    /// <summary>The mid of a slot: a0…a4, v0…v4, s0.</summary>
    public static string MidOf(MediaKind kind, int slot) => kind switch
    {
        MediaKind.Audio => "a" + (char)('0' + slot),
        MediaKind.Video => "v" + (char)('0' + slot),
        _ => ScreenSlotMid,
    };

    /// <summary>The kind and slot a sendonly mid stands for.</summary>
    public static bool TryFindSlot(ReadOnlySpan<char> mid, out MediaKind kind, out int slot)
    {
        (kind, slot) = (MediaKind.Audio, 0);
        if (mid.Length != 2) return false;
        slot = mid[1] - '0';
        kind = mid[0] switch { 'a' => MediaKind.Audio, 'v' => MediaKind.Video, _ => MediaKind.Screen };
        return kind == MediaKind.Screen ? mid is ScreenSlotMid : slot is >= 0 and < Slots;
    }

    /// <summary>The kind a page's own mid stands for, from the header extension.</summary>
    public static bool TryFindSource(ReadOnlySpan<byte> mid, out MediaKind kind)
    {
        kind = mid.SequenceEqual("cam"u8) ? MediaKind.Video : mid.SequenceEqual("scr"u8) ? MediaKind.Screen : MediaKind.Audio;
        return kind != MediaKind.Audio || mid.SequenceEqual("mic"u8);
    }

    /// <summary>The rids of a camera's sizes, smallest first (RFC 8853): low, middle and high.</summary>
    public const string Rids = "lmh";

    /// <summary>The place of a rid among the sizes; −1 for one that was not offered.</summary>
    public static int SizeOf(ReadOnlySpan<byte> rid) => rid.Length == 1 ? Rids.IndexOf((char)rid[0]) : -1;

    /// <summary>Sound, with or without repetitions.</summary>
    public static bool IsSound(int payloadType) => payloadType is OpusPayload or RedPayload;

    /// <summary>The payload type that a retransmission payload type repairs; −1 when it is none.</summary>
    public static int RepairedPayload(int payloadType) => payloadType switch
    {
        Vp8RtxPayload => Vp8Payload,
        H264RtxPayload => H264Payload,
        _ => -1,
    };

    /// <summary>The retransmission payload type of a video payload type; −1 when it has none.</summary>
    public static int RtxPayload(int payloadType) => payloadType switch
    {
        Vp8Payload => Vp8RtxPayload,
        H264Payload => H264RtxPayload,
        _ => -1,
    };
}

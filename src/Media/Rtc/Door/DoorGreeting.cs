using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using FirstRing.Media.Rtc.Framing;
using FirstRing.Media.Rtc.Ice;
using FirstRing.Media.Rtc.Stun;
using FirstRing.Media.Rtc.Turn;

namespace FirstRing.Media.Rtc.Door;

/// <summary>What a door is to do with a stream.</summary>
public enum Greeted
{
    /// <summary>Wait for more of it.</summary>
    More,
    /// <summary>Send the answer, then look again behind what was read.</summary>
    Answer,
    /// <summary>Hand it over, from its unread bytes on.</summary>
    Known,
    /// <summary>Close it: nothing of ours begins so.</summary>
    Strange,
}

/// <summary>
/// Finds out which worker of which node a stream at the public door is for, from no more than its first messages. ICE by TCP (RFC 4571) says so in the first frame: a check names the
/// fragment it answers. Whoever wants a relay (RFC 8656) says it only when asked (RFC 8489 §9.2.4), and no node can be asked to ask: so the door does, with a nonce of its own, and sees that
/// it comes back. Nothing is proved here; that is the node's to do. Knows no socket; nothing that comes in throws.
/// </summary>
public sealed class DoorGreeting(DoorWay way)
{
    /// <summary>Bytes of a stream in which it must have said whose it is.</summary>
    public const int Most = FrameReader.HeaderLength + FrameReader.Longest;
    /// <summary>Bytes of an answer at most.</summary>
    public const int MostAnswered = 128;

    const int MostQuestions = 3, NonceBytes = 18;

    readonly byte[] _nonce = new byte[NonceBytes / 3 * 4];
    int _asked;

    /// <summary>The node that the stream is for.</summary>
    public uint Node { get; private set; }
    /// <summary>Its worker.</summary>
    public byte Worker { get; private set; }

    /// <summary>The first byte of a stream is that of a frame with a check in it, and of nothing that speaks HTTP or TLS.</summary>
    public static bool IsFrame(byte first) => first <= FrameReader.Longest >> 8;

    /// <summary>The first byte inside TLS is that of a request to a relay, and of nothing that speaks HTTP.</summary>
    public static bool IsTurn(byte first) => first == 0;

    /// <summary>Looks at what has come, of which <paramref name="read"/> bytes are done with.</summary>
    public Greeted Look(ReadOnlySpan<byte> stream, Span<byte> answer, out int read, out int answered)
    {
        (read, answered) = (0, 0);
        return way == DoorWay.Clear ? LookAtFrame(stream) : LookAtRequest(stream, answer, out read, out answered);
    }

    Greeted LookAtFrame(ReadOnlySpan<byte> stream)
    {
        if (stream.Length < FrameReader.HeaderLength) return Greeted.More;
        var length = BinaryPrimitives.ReadUInt16BigEndian(stream);
        if (length is < StunMessage.HeaderLength or > FrameReader.Longest) return Greeted.Strange;
        if (stream.Length < FrameReader.HeaderLength + length) return Greeted.More;
        if (!StunMessage.TryRead(stream.Slice(FrameReader.HeaderLength, length), out var check) || check.Class != StunClass.Request || check.Method != StunMethod.Binding) return Greeted.Strange;
        var colon = check.Username.IndexOf((byte)':');
        return colon >= 0 && Reads(check.Username[..colon]) ? Greeted.Known : Greeted.Strange;
    }

    Greeted LookAtRequest(ReadOnlySpan<byte> stream, Span<byte> answer, out int read, out int answered)
    {
        (read, answered) = (0, 0);
        if (stream.Length < StunMessage.HeaderLength) return Greeted.More;
        var length = StunMessage.HeaderLength + BinaryPrimitives.ReadUInt16BigEndian(stream[2..]);
        if (length > FrameReader.Longest) return Greeted.Strange;
        if (stream.Length < length) return Greeted.More;
        if (!StunMessage.TryRead(stream[..length], out var request) || request.Class != StunClass.Request || request.Method != StunMethod.Allocate) return Greeted.Strange;
        if (_asked > 0 && request.HasIntegrity && request.TryGet(StunAttribute.Nonce, out var nonce) && nonce.SequenceEqual(_nonce))
            return request.TryGet(StunAttribute.Username, out var username) && Reads(username) ? Greeted.Known : Greeted.Strange;
        if (_asked++ == MostQuestions) return Greeted.Strange;
        Span<byte> fresh = stackalloc byte[NonceBytes];
        RandomNumberGenerator.Fill(fresh);
        Base64.EncodeToUtf8(fresh, _nonce, out _, out _);
        answered = TurnAnswers.Challenge(request, request.HasIntegrity ? 438 : 401, _nonce, answer);
        read = length;
        return Greeted.Answer;
    }

    bool Reads(ReadOnlySpan<byte> fragment)
    {
        if (!IceCredentials.TryReadPlace(fragment, out var node, out var worker)) return false;
        (Node, Worker) = (node, worker);
        return true;
    }
}

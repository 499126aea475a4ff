using System.Buffers.Binary;
using FirstRing.Media.Rtc.Rtcp;

namespace FirstRing.Fuzz.Parsers.Targets;

// An even first byte: the rest is the feedback control information of a report. An odd one: it is a list of arrivals to write and read back.
static class TwccTarget
{
    internal static void Run(byte[] bytes)
    {
        if (bytes.Length is < 2 or > 4096) return;
        if ((bytes[0] & 1) == 0) Read(bytes.AsSpan(1));
        else RoundTrip(bytes.AsSpan(1));
    }

    internal static void Walk(TransportFeedback feedback)
    {
        var count = 0;
        foreach (var status in feedback)
        {
            count++;
            Must.Hold(status.Received || status.Microseconds == 0);
        }
        Must.Hold(count == feedback.StatusCount);
    }

    static void Read(ReadOnlySpan<byte> fci)
    {
        var packet = new byte[12 + (fci.Length & ~3)];
        (packet[0], packet[1]) = (0x8F, 205);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)(packet.Length / 4 - 1));
        fci[..(packet.Length - 12)].CopyTo(packet.AsSpan(12));
        Must.Hold(RtcpCompound.TryRead(packet, out var compound));
        foreach (var only in compound)
            if (TransportFeedback.TryRead(only, out var feedback))
                Walk(feedback);
    }

    // Three bytes an arrival: one for the gap (upper values are long), two for the signed time step.
    static void RoundTrip(ReadOnlySpan<byte> steps)
    {
        var arrivals = new TransportArrival[steps.Length / 3];
        var (sequence, time) = ((ushort)65_500, 1_000_000_000L);
        for (var i = 0; i < arrivals.Length; i++, steps = steps[3..])
        {
            sequence += (ushort)(steps[0] < 128 ? 1 + steps[0] % 9 : 1 + (steps[0] - 128) * 70);
            time += BinaryPrimitives.ReadInt16BigEndian(steps[1..]) * 250L;
            arrivals[i] = new TransportArrival(sequence, time);
        }
        ReadOnlySpan<TransportArrival> rest = arrivals;
        var buffer = new byte[200];
        while (!rest.IsEmpty)
        {
            var length = TransportFeedbackWriter.Write(buffer, 1, 2, 3, rest[0].Sequence, rest, out var consumed);
            Must.Hold(consumed > 0 && RtcpCompound.TryRead(buffer.AsSpan(0, length), out _));
            RtcpCompound.TryRead(buffer.AsSpan(0, length), out var compound);
            foreach (var packet in compound) Compare(packet, rest[..consumed]);
            rest = rest[consumed..];
        }
    }

    static void Compare(RtcpPacket packet, ReadOnlySpan<TransportArrival> sent)
    {
        Must.Hold(TransportFeedback.TryRead(packet, out _));
        TransportFeedback.TryRead(packet, out var feedback);
        var at = 0;
        foreach (var status in feedback)
        {
            if (!status.Received) continue;
            Must.Hold(at < sent.Length && sent[at].Sequence == status.Sequence && sent[at].Microseconds == status.Microseconds);
            at++;
        }
        Must.Hold(at == sent.Length);
    }
}

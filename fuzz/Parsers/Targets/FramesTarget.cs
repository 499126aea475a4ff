using FirstRing.Media.Rtc.Framing;

namespace FirstRing.Fuzz.Parsers.Targets;

// The first byte says how the stream is cut; whole or cut, it is the same frames and the same end.
static class FramesTarget
{
    internal static void Run(byte[] bytes)
    {
        if (bytes.Length == 0) return;
        var (whole, cut) = (Read(bytes.AsSpan(1), int.MaxValue), Read(bytes.AsSpan(1), 1 + bytes[0]));
        Must.Hold(whole.IsBroken == cut.IsBroken && whole.Frames.Count == cut.Frames.Count);
        for (var i = 0; i < whole.Frames.Count; i++) Must.Hold(whole.Frames[i].AsSpan().SequenceEqual(cut.Frames[i]));
    }

    static (List<byte[]> Frames, bool IsBroken) Read(ReadOnlySpan<byte> stream, int most)
    {
        var (reader, frames) = (new FrameReader(), new List<byte[]>());
        while (stream.Length > 0 && !reader.IsBroken)
        {
            var room = reader.Room;
            var count = int.Min(int.Min(most, stream.Length), room.Length);
            Must.Hold(count > 0);
            stream[..count].CopyTo(room);
            stream = stream[count..];
            reader.Take(count);
            while (reader.TryRead(out var datagram)) frames.Add(datagram.ToArray());
        }
        return (frames, reader.IsBroken);
    }
}

using CsCheck;
using FirstRing.Media.Rtc;

namespace FirstRing.Tests.Rtc;

public sealed class DemuxTests
{
    [Theory]
    [InlineData(0, 1, 20, DatagramKind.Stun)]
    [InlineData(3, 0, 20, DatagramKind.Stun)]
    [InlineData(0, 1, 19, DatagramKind.Unknown)]
    [InlineData(4, 0, 100, DatagramKind.Unknown)]
    [InlineData(19, 0, 100, DatagramKind.Unknown)]
    [InlineData(20, 254, 100, DatagramKind.Dtls)]
    [InlineData(63, 254, 13, DatagramKind.Dtls)]
    [InlineData(22, 254, 12, DatagramKind.Unknown)]
    [InlineData(64, 0, 4, DatagramKind.Channel)]
    [InlineData(79, 255, 100, DatagramKind.Channel)]
    [InlineData(64, 0, 3, DatagramKind.Unknown)]
    [InlineData(80, 0, 100, DatagramKind.Unknown)]
    [InlineData(127, 0, 100, DatagramKind.Unknown)]
    [InlineData(128, 111, 12, DatagramKind.Rtp)]
    [InlineData(128, 0x80 | 111, 12, DatagramKind.Rtp)]
    [InlineData(128, 111, 11, DatagramKind.Unknown)]
    [InlineData(191, 191, 40, DatagramKind.Rtp)]
    [InlineData(128, 192, 8, DatagramKind.Rtcp)]
    [InlineData(129, 200, 28, DatagramKind.Rtcp)]
    [InlineData(143, 205, 20, DatagramKind.Rtcp)]
    [InlineData(128, 223, 8, DatagramKind.Rtcp)]
    [InlineData(128, 224, 12, DatagramKind.Rtp)]
    [InlineData(128, 201, 7, DatagramKind.Unknown)]
    [InlineData(192, 200, 100, DatagramKind.Unknown)]
    public void First_bytes_and_size_decide(byte first, byte second, int length, DatagramKind kind)
    {
        var datagram = new byte[length];
        (datagram[0], datagram[1]) = (first, second);
        Assert.Equal(kind, Demux.Classify(datagram));
    }

    [Fact]
    public void Any_bytes_are_classified() => Gen.Byte.Array[0, 64].Sample(bytes => Enum.IsDefined(Demux.Classify(bytes)));
}

using CsCheck;
using FirstRing.Media.Rtc.Codecs;

namespace FirstRing.Tests.Rtc.Codecs;

public sealed class H264Tests
{
    [Fact]
    public void Any_bytes_are_survived() => Gen.Byte.Array[0, 40].Sample(bytes =>
    {
        H264.IsKeyFrame(bytes);
        if (bytes.Length == 0) return;
        bytes[0] = 0x78;
        H264.IsKeyFrame(bytes);
    });

    [Theory]
    [InlineData("65", true)]               // IDR
    [InlineData("67", true)]               // SPS
    [InlineData("68", false)]              // PPS
    [InlineData("41", false)]              // a slice that is none
    [InlineData("7C85", true)]             // FU-A, first fragment of an IDR
    [InlineData("7C05", false)]            // FU-A, a later fragment
    [InlineData("7C81", false)]            // FU-A, first fragment of another slice
    [InlineData("7C", false)]
    [InlineData("780002 6742 0002 68CE", true)]   // STAP-A: SPS, PPS
    [InlineData("780002 68CE 0002 6588", true)]   // STAP-A: PPS, IDR
    [InlineData("780002 68CE 0002 4188", false)]
    [InlineData("780009 6742", false)]            // longer than the packet
    [InlineData("780000 6742", false)]
    [InlineData("78", false)]
    [InlineData("", false)]
    public void Keyframes_are_found(string hex, bool key) => Assert.Equal(key, H264.IsKeyFrame(Convert.FromHexString(hex.Replace(" ", ""))));
}

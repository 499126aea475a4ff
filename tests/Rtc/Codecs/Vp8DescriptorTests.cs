using CsCheck;
using FirstRing.Media.Rtc.Codecs;

namespace FirstRing.Tests.Rtc.Codecs;

public sealed class Vp8DescriptorTests
{
    [Fact]
    public void Any_bytes_are_survived() => Gen.Select(Gen.Byte.Array[0, 12], Gen.UShort, Gen.Byte).Sample((bytes, picture, tl0) =>
    {
        if (!Vp8Descriptor.TryRead(bytes, out var descriptor)) return;
        Assert.InRange(descriptor.Length, 1, bytes.Length - 1);
        var before = (byte[])bytes.Clone();
        descriptor.Rewrite(bytes, picture, tl0);
        Assert.Equal(before[descriptor.Length..], bytes[descriptor.Length..]);
        Assert.True(Vp8Descriptor.TryRead(bytes, out var after));
        Assert.Equal(descriptor with
        {
            PictureId = descriptor.PictureId < 0 ? -1 : picture & (descriptor.HasWidePictureId ? 0x7FFF : 0x7F),
            Tl0PictureIndex = descriptor.Tl0PictureIndex < 0 ? -1 : tl0,
        }, after);
    });

    // RFC 7741 §4.2 and the examples of §4.6.
    [Theory]
    [InlineData("1000", 1, true, -1, -1, -1)]
    [InlineData("1001", 1, false, -1, -1, -1)]
    [InlineData("0000", 1, false, -1, -1, -1)]
    [InlineData("1100", 1, false, -1, -1, -1)]
    [InlineData("90801100", 3, true, 0x11, -1, -1)]
    [InlineData("9080923400", 4, true, 0x1234, -1, -1)]
    [InlineData("90E08001078000", 6, true, 1, 7, 2)]
    [InlineData("90407701", 3, false, -1, 0x77, -1)]
    public void Descriptors_are_read(string hex, int length, bool key, int picture, int tl0, int tid)
    {
        Assert.True(Vp8Descriptor.TryRead(Convert.FromHexString(hex), out var descriptor));
        Assert.Equal((length, key, picture, tl0, tid),
            (descriptor.Length, descriptor.IsKeyFrame, descriptor.PictureId, descriptor.Tl0PictureIndex, descriptor.TemporalLayer));
    }

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("90")]
    [InlineData("9080")]
    [InlineData("908080")]
    [InlineData("90808000")]
    [InlineData("90F0800107")]
    public void What_is_cut_off_is_refused(string hex) => Assert.False(Vp8Descriptor.TryRead(Convert.FromHexString(hex), out _));
}

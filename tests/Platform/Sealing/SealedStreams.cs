using System.Security.Cryptography;
using FirstRing.Platform.Sealing;

namespace FirstRing.Tests.Platform.Sealing;

public sealed class SealedStreams
{
    const int Chunk = SealedStream.ChunkSize, Sealed = Chunk + 16;
    static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Chunk - 1)]
    [InlineData(Chunk)]
    [InlineData(Chunk + 1)]
    [InlineData(3 * Chunk)]
    [InlineData(3 * Chunk + 17)]
    public void What_was_sealed_opens_whole(int length)
    {
        var plain = RandomNumberGenerator.GetBytes(length);
        Assert.Equal(plain, Open(Seal(plain)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(Chunk)]
    [InlineData(2 * Chunk + 5)]
    public void A_stream_that_is_cut_off_anywhere_does_not_open(int length)
    {
        var blob = Seal(RandomNumberGenerator.GetBytes(length));
        foreach (var left in Enumerable.Range(0, 40).Concat([SealedStream.HeaderSize + Sealed, SealedStream.HeaderSize + 2 * Sealed, blob.Length - 17, blob.Length - 16, blob.Length - 1]).Where(left => left < blob.Length))
            Refused(blob[..left]);
    }

    [Fact]
    public void Chunks_that_are_swapped_doubled_dropped_or_appended_do_not_open()
    {
        var blob = Seal(RandomNumberGenerator.GetBytes(3 * Chunk));
        var (header, one, two, three) = (blob[..SealedStream.HeaderSize], Part(blob, 0), Part(blob, 1), Part(blob, 2));
        Assert.Equal(3 * Chunk, Open([.. header, .. one, .. two, .. three]).Length);
        Refused([.. header, .. two, .. one, .. three]);
        Refused([.. header, .. one, .. one, .. three]);
        Refused([.. header, .. one, .. three]);
        Refused([.. header, .. two, .. three]);
        Refused([.. header, .. one, .. two, .. three, .. three]);
        Refused([.. header, .. one, .. two, .. three, 0]);
    }

    [Fact]
    public void A_chunk_of_another_stream_under_the_same_key_does_not_open()
    {
        var (blob, other) = (Seal(new byte[2 * Chunk]), Seal(new byte[2 * Chunk]));
        Assert.NotEqual(blob, other);
        Refused([.. blob[..SealedStream.HeaderSize], .. Part(other, 0), .. Part(blob, 1)]);
        Refused([.. other[..SealedStream.HeaderSize], .. blob[SealedStream.HeaderSize..]]);
    }

    [Fact]
    public void No_flipped_bit_goes_unnoticed()
    {
        var blob = Seal([1, 2, 3]);
        for (var bit = 0; bit < blob.Length * 8; bit++)
        {
            var altered = blob.ToArray();
            altered[bit / 8] ^= (byte)(1 << (bit % 8));
            Refused(altered);
        }
    }

    [Fact]
    public void It_opens_at_its_own_place_and_under_its_own_key_alone()
    {
        var blob = Seal([1, 2, 3]);
        Assert.ThrowsAny<CryptographicException>(() => SealedStream.Open(new MemoryStream(blob), new MemoryStream(), Key, "elsewhere"u8));
        Assert.ThrowsAny<CryptographicException>(() => SealedStream.Open(new MemoryStream(blob), new MemoryStream(), new byte[32], "here"u8));
        Assert.Throws<ArgumentException>(() => SealedStream.Seal(new MemoryStream(), new MemoryStream(), Key.AsSpan(0, 16), "here"u8));
    }

    static byte[] Part(byte[] blob, int number) => blob.AsSpan(SealedStream.HeaderSize + number * Sealed, Sealed).ToArray();

    static byte[] Seal(byte[] plain)
    {
        var output = new MemoryStream();
        SealedStream.Seal(new Trickle(plain), output, Key, "here"u8);
        return output.ToArray();
    }

    static byte[] Open(byte[] blob)
    {
        var output = new MemoryStream();
        SealedStream.Open(new Trickle(blob), output, Key, "here"u8);
        return output.ToArray();
    }

    static void Refused(byte[] blob) => Assert.ThrowsAny<CryptographicException>(() => Open(blob));

    // Gives at most 4,099 bytes at a time, as a network or a pipe does.
    sealed class Trickle(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 4099)]);
    }
}

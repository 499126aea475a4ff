using CsCheck;
using FirstRing.Media.Rtc.Stun;

namespace FirstRing.Tests.Rtc.Stun;

public sealed class StunMessageTests
{
    static readonly byte[] Id = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    static readonly ushort[] Known = [StunAttribute.Username, StunAttribute.Priority, StunAttribute.UseCandidate, StunAttribute.MessageIntegrity];

    static void ReadEverything(ReadOnlySpan<byte> bytes)
    {
        if (!StunMessage.TryRead(bytes, out var message)) return;
        Span<ushort> unknown = stackalloc ushort[8];
        Span<byte> ip = stackalloc byte[16];
        message.UnknownRequired(Known, unknown);
        message.VerifyIntegrity("key"u8);
        message.VerifyFingerprint();
        message.TryGetXorAddress(StunAttribute.XorMappedAddress, ip, out _, out _);
        _ = (message.Username.Length, message.HasUseCandidate, message.Class, message.Method);
    }

    [Fact]
    public void Any_bytes_are_survived() => Gen.Byte.Array[0, 200].Sample(bytes => ReadEverything(bytes));

    [Fact]
    public void Damaged_messages_are_survived()
    {
        var good = Convert.FromHexString(StunVectorTests.Request);
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Int[0, good.Length]).Sample((at, value, length) =>
        {
            var bad = (byte[])good.Clone();
            bad[at] = value;
            ReadEverything(bad.AsSpan(0, length));
        });
    }

    [Fact]
    public void What_is_written_is_read() =>
        Gen.Select(Gen.Byte.Array[0, 40], Gen.Byte.Array[0, 20], Gen.Bool, Gen.UShort, Gen.Byte.Array[1, 64]).Sample((name, raw, six, port, key) =>
        {
            var buffer = new byte[512];
            var ip = new byte[six ? 16 : 4];
            raw.AsSpan(0, Math.Min(raw.Length, ip.Length)).CopyTo(ip);
            var writer = new StunWriter(buffer);
            writer.Begin(StunClass.Request, StunMethod.Allocate, Id);
            writer.AddUsername(name);
            writer.AddXorMappedAddress(ip, port);
            writer.Add(0x7FFF, raw);
            writer.AddIntegrity(key);
            writer.AddFingerprint();
            if (!StunMessage.TryRead(buffer.AsSpan(0, writer.Length), out var message)) return false;
            Span<byte> read = stackalloc byte[16];
            Span<ushort> unknown = stackalloc ushort[4];
            return message.Class == StunClass.Request && message.Method == StunMethod.Allocate
                && message.TransactionId.SequenceEqual(Id) && message.Username.SequenceEqual(name)
                && message.TryGetXorAddress(StunAttribute.XorMappedAddress, read, out var length, out var readPort)
                && read[..length].SequenceEqual(ip) && readPort == port
                && message.TryGet(0x7FFF, out var value) && value.SequenceEqual(raw)
                && message.VerifyIntegrity(key) && message.VerifyFingerprint()
                && message.UnknownRequired(Known, unknown) == 2 && unknown[..2].SequenceEqual((ushort[])[StunAttribute.XorMappedAddress, 0x7FFF]);
        });

    [Fact]
    public void Attributes_behind_the_integrity_do_not_count()
    {
        var buffer = new byte[200];
        var writer = new StunWriter(buffer);
        writer.Begin(StunClass.Request, StunMethod.Binding, Id);
        writer.AddUsername("a:b"u8);
        writer.AddIntegrity("key"u8);
        writer.Add(StunAttribute.UseCandidate, []);
        Assert.True(StunMessage.TryRead(buffer.AsSpan(0, writer.Length), out var message));
        Assert.True(message.VerifyIntegrity("key"u8));
        Assert.False(message.HasUseCandidate);
        Assert.Equal(0, message.UnknownRequired(Known, new ushort[4]));
    }

    [Fact]
    public void An_error_answer_carries_code_and_unknown_types()
    {
        var buffer = new byte[200];
        var writer = new StunWriter(buffer);
        writer.Begin(StunClass.Error, StunMethod.Binding, Id);
        writer.AddErrorCode(420, "Unknown"u8);
        writer.AddUnknownAttributes([0x7FFF, 0x0003]);
        Assert.True(StunMessage.TryRead(buffer.AsSpan(0, writer.Length), out var message));
        Assert.Equal(0x0111, message.MessageType);
        Assert.True(message.TryGet(StunAttribute.ErrorCode, out var error));
        Assert.Equal("00000414556E6B6E6F776E", Convert.ToHexString(error));
        Assert.True(message.TryGet(StunAttribute.UnknownAttributes, out var types));
        Assert.Equal("7FFF0003", Convert.ToHexString(types));
    }

    [Fact]
    public void A_message_that_does_not_fit_has_no_length() => Gen.Int[0, 100].Sample(size =>
    {
        var writer = new StunWriter(new byte[size]);
        writer.Begin(StunClass.Success, StunMethod.Binding, Id);
        writer.AddXorMappedAddress(new byte[16], 1);
        writer.AddIntegrity("key"u8);
        writer.AddFingerprint();
        return writer.Length == (size >= 76 ? 76 : 0);
    });

    [Fact]
    public void Reading_and_answering_a_check_allocates_nothing()
    {
        var request = Convert.FromHexString(StunVectorTests.Request);
        var answer = new byte[200];
        Assert.Equal(0, Allocations.Of(() =>
        {
            StunMessage.TryRead(request, out var message);
            message.VerifyIntegrity(StunVectorTests.Password);
            message.VerifyFingerprint();
            var writer = new StunWriter(answer);
            writer.Begin(StunClass.Success, StunMethod.Binding, message.TransactionId);
            writer.AddXorMappedAddress([192, 0, 2, 1], 5000);
            writer.AddIntegrity(StunVectorTests.Password);
            writer.AddFingerprint();
        }));
    }
}

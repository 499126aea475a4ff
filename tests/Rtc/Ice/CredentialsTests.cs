using System.Text;
using CsCheck;
using FirstRing.Media.Rtc.Ice;

namespace FirstRing.Tests.Rtc.Ice;

public sealed class CredentialsTests
{
    static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(number => (byte)number)];
    static readonly IceIdentity Someone = new(Guid.Parse("01020304-0506-0708-090a-0b0c0d0e0f10"), Guid.Parse("11121314-1516-1718-191a-1b1c1d1e1f20"), 7);

    [Fact]
    public void What_was_issued_opens_to_what_was_put_in()
    {
        using var credentials = new IceCredentials(Key, 3);
        var (ufrag, password) = credentials.Issue(Someone, 42_000_000);
        Assert.True(credentials.TryOpen(Encoding.ASCII.GetBytes(ufrag), out var identity, out var expiresAt));
        Assert.Equal((Someone, 42_000_000), (identity, expiresAt));
        Span<byte> expected = stackalloc byte[IceCredentials.PasswordLength];
        credentials.WritePassword(Encoding.ASCII.GetBytes(ufrag), expected);
        Assert.Equal(password, Encoding.ASCII.GetString(expected));
    }

    [Fact]
    public void Fragment_and_password_are_ice_chars_of_allowed_length()
    {
        using var credentials = new IceCredentials(Key, 3);
        for (var i = 0; i < 50; i++)
        {
            var (ufrag, password) = credentials.Issue(Someone, i);
            Assert.InRange(ufrag.Length, 4, 256);
            Assert.InRange(password.Length, 22, 256);
            Assert.All(ufrag + password, c => Assert.True(char.IsAsciiLetterOrDigit(c) || c is '+' or '/'));
        }
    }

    [Fact]
    public void Two_offers_to_the_same_participant_share_nothing()
    {
        using var credentials = new IceCredentials(Key, 3);
        var (one, other) = (credentials.Issue(Someone, 1), credentials.Issue(Someone, 1));
        Assert.NotEqual(one.Ufrag, other.Ufrag);
        Assert.NotEqual(one.Password, other.Password);
    }

    [Fact]
    public void Another_key_or_key_number_or_a_changed_character_does_not_open()
    {
        using var credentials = new IceCredentials(Key, 3);
        var ufrag = Encoding.ASCII.GetBytes(credentials.Issue(Someone, 1).Ufrag);
        using var renumbered = new IceCredentials(Key, 4);
        using var foreign = new IceCredentials(new byte[32], 3);
        Assert.False(renumbered.TryOpen(ufrag, out _, out _));
        Assert.False(foreign.TryOpen(ufrag, out _, out _));
        for (var i = 0; i < ufrag.Length - 1; i++)
        {
            var changed = ufrag.ToArray();
            changed[i] = changed[i] == 'A' ? (byte)'B' : (byte)'A';
            Assert.False(credentials.TryOpen(changed, out _, out _), $"at {i}");
        }
    }

    [Fact]
    public void Which_worker_of_which_node_it_is_for_can_be_read_by_all_and_changed_by_nobody()
    {
        using var credentials = new IceCredentials(Key, 3, 0x0102_FFFE);
        var ufrag = Encoding.ASCII.GetBytes(credentials.Issue(Someone, 1, worker: 7).Ufrag);
        Assert.True(IceCredentials.TryReadPlace(ufrag, out var node, out var worker));
        Assert.Equal((0x0102_FFFEu, (byte)7), (node, worker));
        Assert.False(IceCredentials.TryReadPlace(ufrag.AsSpan(1), out _, out _));
        ufrag[7] ^= 1;
        Assert.True(IceCredentials.TryReadPlace(ufrag, out _, out worker));
        Assert.NotEqual(7, worker);
        Assert.False(credentials.TryOpen(ufrag, out _, out _));
    }

    [Fact]
    public void Noise_does_not_open_and_does_not_throw()
    {
        using var credentials = new IceCredentials(Key, 3);
        Gen.Byte.Array[0, 200].Sample(noise => !credentials.TryOpen(noise, out _, out _), iter: 2000);
        Gen.Char["ABCabc019+/="].Array[IceCredentials.UfragLength].Sample(noise => !credentials.TryOpen(Encoding.ASCII.GetBytes(noise), out _, out _), iter: 500);
    }
}

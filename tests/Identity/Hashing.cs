using System.Buffers.Binary;
using FirstRing.Identity;
using FirstRing.Identity.Logins;

namespace FirstRing.Tests.Identity;

/// <summary>How passwords lie in the store.</summary>
public sealed class Hashing
{
    // The layout of ASP.NET's version 3: marker 1, then pseudo-random function, rounds, salt length, each 32 bits.
    [Fact]
    public void A_password_costs_210000_rounds_of_PBKDF2_HMAC_SHA_512()
    {
        // As the host makes the module: what this suite's other tests set for speed is not set there.
        var passwords = new Passwords(new IdentityModule().PasswordRounds);
        var (first, second) = (Convert.FromBase64String(passwords.Hash("correct horse battery staple")), Convert.FromBase64String(passwords.Hash("correct horse battery staple")));
        Assert.Equal(1, first[0]);
        Assert.Equal(2u, BinaryPrimitives.ReadUInt32BigEndian(first.AsSpan(1)));
        Assert.True(BinaryPrimitives.ReadUInt32BigEndian(first.AsSpan(5)) >= 210_000);
        Assert.True(BinaryPrimitives.ReadUInt32BigEndian(first.AsSpan(9)) >= 16);
        Assert.NotEqual(first.AsSpan(13, 16).ToArray(), second.AsSpan(13, 16).ToArray());
    }
}

using System.Buffers.Text;
using FirstRing.Platform.Ids;

namespace FirstRing.Tests.Platform.Ids;

/// <summary>What leaves the system and must not be guessed.</summary>
public sealed class Tokens
{
    [Fact]
    public void A_token_has_160_bits_and_no_two_are_alike()
    {
        var tokens = Enumerable.Range(0, 10_000).Select(_ => Token.New()).ToList();
        Assert.All(tokens, token => Assert.Equal(20, Base64Url.DecodeFromChars(token).Length));
        Assert.Equal(tokens.Count, tokens.Distinct().Count());
        // Every bit is one in about half of them: within six standard deviations.
        var ones = new int[160];
        foreach (var bytes in tokens.Select(token => Base64Url.DecodeFromChars(token)))
            for (var bit = 0; bit < 160; bit++) ones[bit] += bytes[bit / 8] >> (bit % 8) & 1;
        Assert.All(ones, count => Assert.InRange(count, 4700, 5300));
    }

    [Fact]
    public void The_store_gets_a_hash_that_does_not_hold_the_token()
    {
        var token = Token.New();
        Assert.Equal(64, Token.Hash(token).Length);
        Assert.NotEqual(Token.Hash(token), Token.Hash(Token.New()));
        Assert.DoesNotContain(token, Token.Hash(token), StringComparison.OrdinalIgnoreCase);
    }
}

namespace FirstRing.Tests;

/// <summary>What takes long and says again, of another combination, what a quick test says already. Everything runs with <c>./firstring test --all</c>.</summary>
internal static class Slow
{
    public static bool All { get; } = Environment.GetEnvironmentVariable("FIRSTRING_ALL") == "true";

    public static void OnlyWithAll(bool slow = true) => Assert.SkipWhen(slow && !All, "slow: runs with ./firstring test --all");
}

using System.Security.Cryptography;
using OtpNet;

namespace FirstRing.Identity.Factors;

/// <summary>A code for the day the phone is lost: 120 random bits in Base32, in six groups of four. Long enough that its plain hash gives nothing away.</summary>
internal static class RecoveryCode
{
    const int Bytes = 15, Letters = 24, Group = 4;
    public const int Each = 8;

    public static string New() => string.Join('-', Base32Encoding.ToString(RandomNumberGenerator.GetBytes(Bytes)).Chunk(Group).Select(letters => new string(letters)));

    /// <summary>As it is hashed: without what a person puts between, in capitals. Null for what is none.</summary>
    public static string? Plain(string typed) =>
        new string([.. typed.Where(char.IsAsciiLetterOrDigit)]).ToUpperInvariant() is { Length: Letters } plain ? plain : null;
}

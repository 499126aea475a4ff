using System.Security.Cryptography;
using System.Text;
using FirstRing.Contracts;
using FirstRing.Contracts.Intake;

namespace FirstRing.Intake.Consents;

/// <summary>The texts that a clinic begins with: version 1 of each purpose. A clinic must have them reviewed and publish its own.</summary>
internal static class Templates
{
    public const string Language = "en";
    const string Prefix = "texts/";

    public static IReadOnlyList<ConsentText> All { get; } = [.. Enum.GetValues<ConsentPurpose>().Select(Read)];

    public static ConsentText Of(ConsentPurpose purpose) => All.Single(text => text.Purpose == purpose);

    /// <summary>Lower-case hex of the SHA-256 of the text's UTF-8 bytes.</summary>
    public static string Sha256(string body) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)));

    static ConsentText Read(ConsentPurpose purpose)
    {
        using var stream = typeof(Templates).Assembly.GetManifestResourceStream($"{Prefix}{WireName.Of(purpose)}.{Language}")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var body = reader.ReadToEnd().Trim();
        return new ConsentText(purpose, Language, 1, body, Sha256(body), Template: true);
    }
}

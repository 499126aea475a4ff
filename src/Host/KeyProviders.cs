using FirstRing.Platform.Sealing;

namespace FirstRing.Host;

/// <summary>Which key provider a data folder is opened with: sealed files in it, or a PKCS#11 token. A folder stays with the one it was begun with.</summary>
internal static class KeyProviders
{
    /// <exception cref="ArgumentException">Not a token's URI.</exception>
    public static IKeyProvider Of(string? keys, DataFolder folder, TimeProvider clock) =>
        keys is null ? new KeyFileProvider(folder.RootKey, clock) : new Pkcs11Provider(Pkcs11Options.Parse(keys), clock);
}

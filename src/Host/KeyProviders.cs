using System.Runtime.CompilerServices;
using FirstRing.Platform.Sealing;

namespace FirstRing.Host;

/// <summary>Which key provider a data folder is opened with: sealed files in it, a PKCS#11 token, or AWS KMS. A folder stays with the one it was begun with.</summary>
internal static class KeyProviders
{
    /// <exception cref="ArgumentException">Neither a token's URI nor a KMS's.</exception>
    public static IKeyProvider Of(string? keys, DataFolder folder, TimeProvider clock) => keys is null ? new KeyFileProvider(folder.RootKey, clock) : Named(keys, clock);

    /// <exception cref="ArgumentException">Neither a token's URI nor a KMS's.</exception>
    public static IKeyProvider Named(string keys, TimeProvider clock) =>
        keys.StartsWith(KmsOptions.Scheme, StringComparison.Ordinal) ? Kms(keys, clock) : new Pkcs11Provider(Pkcs11Options.Parse(keys), clock);

    // A method of its own: the SDK is loaded when it is compiled, and not where another provider is chosen.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static KmsProvider Kms(string keys, TimeProvider clock) => new(KmsOptions.Parse(keys), clock);
}

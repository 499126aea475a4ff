using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace FirstRing.Platform.Sealing;

/// <summary>
/// Tenant KEKs in a PKCS#11 token, as AES keys that cannot be extracted: wrapping and unwrapping (AES-256-GCM) happen inside it. A key is found by its id, the
/// tenant, and labelled <c>firstring {tenant} {version} {made, in UTC microseconds}</c>. A token has no unique names, so two processes may make one version twice at once: a wrapped key is tried on each.
/// </summary>
public sealed class Pkcs11Provider(Pkcs11Options options, TimeProvider clock) : IKeyProvider, IDisposable
{
    const string Prefix = "firstring ", Tombstone = "destroyed";
    const int Attempts = 4;
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(40);
    const int TagBits = WrappedKey.TagSize * 8;

    // A module is initialised once per process and serves all who use it; finalising it would end the others' sessions.
    static readonly Lock ModulesGate = new();
    static readonly Dictionary<string, IPkcs11Library> Modules = [];
    static readonly Pkcs11InteropFactories Factories = new();

    // The binding asks for libdl by its name for developers.
    static Pkcs11Provider() => NativeLibrary.SetDllImportResolver(typeof(Pkcs11InteropFactories).Assembly, (name, _, _) => name == "libdl" ? NativeLibrary.Load("libdl.so.2") : 0);

    readonly Lock _gate = new();
    ISlot? _slot;
    ISession? _login; // the login holds while one session is open

    public string Kind => "pkcs11";

    public Task<IReadOnlyList<string>> Tenants(CancellationToken stop) => Do<IReadOnlyList<string>>(session =>
        [.. Named(session, []).Select(key => key.Tenant).Distinct().Order(StringComparer.Ordinal)]);

    public Task<IReadOnlyList<KekVersion>> Versions(string tenant, CancellationToken stop) => Do<IReadOnlyList<KekVersion>>(session =>
    {
        RefuseDestroyed(session, tenant);
        return [.. Of(session, tenant).GroupBy(key => key.Version, (version, keys) => new KekVersion(version, keys.Min(key => key.CreatedAt)))];
    });

    public Task Rotate(string tenant, int from, CancellationToken stop)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        return Do(session =>
        {
            RefuseDestroyed(session, tenant);
            if ((Of(session, tenant) is [.., var newest] ? newest.Version : 0) == from) Make(session, tenant, from + 1);
            return 0;
        });
    }

    public Task Retire(string tenant, int version, CancellationToken stop) => Do(session =>
    {
        var keys = Of(session, tenant);
        if (keys is not [.., var newest] || newest.Version == version) throw new ArgumentException("The newest version is in use.", nameof(version));
        foreach (var key in keys.Where(key => key.Version == version)) session.DestroyObject(key.Handle);
        return 0;
    });

    public Task Destroy(string tenant, CancellationToken stop) => Do(session =>
    {
        if (!IsDestroyed(session, tenant)) // first: from here on no version is made
            session.CreateObject([Attribute(CKA.CKA_CLASS, CKO.CKO_DATA), Attribute(CKA.CKA_TOKEN, true), Attribute(CKA.CKA_PRIVATE, true), Attribute(CKA.CKA_LABEL, LabelOf(tenant, Tombstone))]);
        foreach (var key in Of(session, tenant)) session.DestroyObject(key.Handle);
        return 0;
    });

    public Task<byte[]> Wrap(string tenant, ReadOnlyMemory<byte> place, ReadOnlyMemory<byte> dek, CancellationToken stop)
    {
        if (dek.Length != WrappedKey.KeySize) throw new ArgumentException("A key is 32 bytes long.", nameof(dek));
        return Do<byte[]>(session =>
        {
            RefuseDestroyed(session, tenant);
            if (Of(session, tenant).Count == 0) Make(session, tenant, 1);
            var kek = Of(session, tenant) is [.., var newest] ? newest : throw new KeysDestroyed();
            var nonce = RandomNumberGenerator.GetBytes(WrappedKey.NonceSize);
            return [.. WrappedKey.Header(kek.Version), .. nonce, .. session.Encrypt(Gcm(nonce, WrappedKey.Additional(kek.Version, tenant, place.Span)), kek.Handle, dek.ToArray())];
        });
    }

    public Task<byte[]> Unwrap(string tenant, ReadOnlyMemory<byte> place, ReadOnlyMemory<byte> wrapped, CancellationToken stop) => Do(session =>
    {
        RefuseDestroyed(session, tenant);
        var version = WrappedKey.VersionOf(wrapped.Span, WrappedKey.Here);
        var nonce = wrapped.Span.Slice(WrappedKey.HeaderSize, WrappedKey.NonceSize).ToArray();
        var body = wrapped.Span[(WrappedKey.HeaderSize + WrappedKey.NonceSize)..].ToArray();
        foreach (var key in Of(session, tenant).Where(key => key.Version == version))
            try { return session.Decrypt(Gcm(nonce, WrappedKey.Additional(version, tenant, place.Span)), key.Handle, body); }
            catch (Pkcs11Exception wrong) when (IsWrongData(wrong.RV)) { }
        throw new CryptographicException("The wrapped key does not open under any key of its version in the token.");
    });

    // Tokens say "this did not open" in several ways; SoftHSM calls it a general error.
    internal static bool IsWrongData(CKR answer) => answer is CKR.CKR_ENCRYPTED_DATA_INVALID or CKR.CKR_ENCRYPTED_DATA_LEN_RANGE or CKR.CKR_FUNCTION_FAILED or CKR.CKR_GENERAL_ERROR;

    sealed record Kek(string Tenant, int Version, long CreatedAt, IObjectHandle Handle);

    static List<Kek> Of(ISession session, string tenant) =>
        [.. Named(session, [Attribute(CKA.CKA_ID, Encoding.UTF8.GetBytes(WrappedKey.Checked(tenant)))]).Where(key => key.Tenant == tenant).OrderBy(key => key.Version)];

    static IEnumerable<Kek> Named(ISession session, List<IObjectAttribute> also)
    {
        foreach (var handle in session.FindAllObjects([Attribute(CKA.CKA_CLASS, CKO.CKO_SECRET_KEY), .. also]))
        {
            if (session.GetAttributeValue(handle, [CKA.CKA_LABEL])[0].GetValueAsString()?.Split(' ') is ["firstring", var tenant, var number, var created]
                && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && long.TryParse(created, NumberStyles.None, CultureInfo.InvariantCulture, out var at))
                yield return new Kek(tenant, version, at, handle);
        }
    }

    void Make(ISession session, string tenant, int version)
    {
        var made = session.GenerateKey(Factories.MechanismFactory.Create(CKM.CKM_AES_KEY_GEN),
        [
            Attribute(CKA.CKA_CLASS, CKO.CKO_SECRET_KEY), Attribute(CKA.CKA_KEY_TYPE, CKK.CKK_AES), Attribute(CKA.CKA_VALUE_LEN, WrappedKey.KeySize),
            Attribute(CKA.CKA_TOKEN, true), Attribute(CKA.CKA_PRIVATE, true), Attribute(CKA.CKA_SENSITIVE, true), Attribute(CKA.CKA_EXTRACTABLE, false),
            Attribute(CKA.CKA_ENCRYPT, true), Attribute(CKA.CKA_DECRYPT, true), Attribute(CKA.CKA_LABEL, LabelOf(tenant, string.Create(CultureInfo.InvariantCulture, $"{version} {Ids.Instant.Microseconds(clock)}"))),
            Attribute(CKA.CKA_ID, Encoding.UTF8.GetBytes(tenant)),
        ]);
        // Another process destroyed the tenant meanwhile and may not have seen this key.
        if (IsDestroyed(session, tenant)) session.DestroyObject(made);
    }

    static void RefuseDestroyed(ISession session, string tenant)
    {
        if (IsDestroyed(session, tenant)) throw new KeysDestroyed();
    }

    static bool IsDestroyed(ISession session, string tenant) =>
        session.FindAllObjects([Attribute(CKA.CKA_CLASS, CKO.CKO_DATA), Attribute(CKA.CKA_LABEL, LabelOf(tenant, Tombstone))]).Count > 0;

    static string LabelOf(string tenant, string what) => $"{Prefix}{WrappedKey.Checked(tenant)} {what}";

    static IMechanism Gcm(byte[] nonce, byte[] additional) =>
        Factories.MechanismFactory.Create(CKM.CKM_AES_GCM, Factories.MechanismParamsFactory.CreateCkGcmParams(nonce, (ulong)nonce.Length * 8, additional, TagBits));

    static IObjectAttribute Attribute(CKA type, CKO value) => Factories.ObjectAttributeFactory.Create(type, value);
    static IObjectAttribute Attribute(CKA type, CKK value) => Factories.ObjectAttributeFactory.Create(type, value);
    static IObjectAttribute Attribute(CKA type, bool value) => Factories.ObjectAttributeFactory.Create(type, value);
    static IObjectAttribute Attribute(CKA type, int value) => Factories.ObjectAttributeFactory.Create(type, (ulong)value);
    static IObjectAttribute Attribute(CKA type, string value) => Factories.ObjectAttributeFactory.Create(type, value);
    static IObjectAttribute Attribute(CKA type, byte[] value) => Factories.ObjectAttributeFactory.Create(type, value);

    // Each call has a session of its own: sessions are cheap and hold one operation at a time. Calls block, so none runs on the caller's thread. What fails is tried
    // again on a new login: the session was lost, or the token showed a key that another process had only half made.
    Task<T> Do<T>(Func<ISession, T> work) => Task.Run(async () =>
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var session = Token().OpenSession(SessionType.ReadWrite);
                // Without a login a token shows no private object: every tenant would look as if it had no key, and none as if it had been destroyed.
                if (session.GetSessionInfo().State != CKS.CKS_RW_USER_FUNCTIONS) throw new InvalidOperationException("The token has no login.");
                return work(session);
            }
            catch (Exception failure) when (failure is not (CryptographicException or ArgumentException or KeysUnavailable))
            {
                if (attempt > 1) Leave();
                if (attempt == Attempts) throw new KeysUnavailable(failure);
                await Task.Delay(Pause * attempt, clock);
            }
        }
    });

    ISlot Token()
    {
        lock (_gate)
        {
            if (_slot is not null) return _slot;
            var slot = Module(options.Module).GetSlotList(SlotsType.WithTokenPresent).FirstOrDefault(slot => slot.GetTokenInfo().Label.Trim() == options.Token)
                ?? throw new KeysUnavailable();
            _login = slot.OpenSession(SessionType.ReadWrite);
            try { _login.Login(CKU.CKU_USER, options.ReadPin()); }
            catch (Pkcs11Exception already) when (already.RV == CKR.CKR_USER_ALREADY_LOGGED_IN) { }
            return _slot = slot;
        }
    }

    static IPkcs11Library Module(string path)
    {
        lock (ModulesGate)
            return Modules.TryGetValue(path, out var module) ? module : Modules[path] = Factories.Pkcs11LibraryFactory.LoadPkcs11Library(Factories, path, AppType.MultiThreaded);
    }

    void Leave()
    {
        lock (_gate)
        {
            try { _login?.Dispose(); }
            catch (Pkcs11Exception) { } // it was lost already
            (_login, _slot) = (null, null);
        }
    }

    public void Dispose() => Leave();
}

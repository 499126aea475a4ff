using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Amazon.Runtime;
using FirstRing.Platform.Egress;
using FirstRing.Platform.Ids;

namespace FirstRing.Platform.Sealing;

/// <summary>
/// Tenant KEKs in AWS KMS: one symmetric key for each tenant and version, named by the alias <c>alias/firstring/{tenant}/{version}</c>. KMS wraps and unwraps; tenant, version and place
/// are its encryption context. An alias is taken once, so of those who make one version at once one wins. A destroyed tenant keeps the alias <c>…/destroyed</c>, on a disabled key of its own.
/// </summary>
public sealed class KmsProvider : IKeyProvider, IDisposable
{
    const string Prefix = "alias/firstring/", Tombstone = "destroyed";
    const int Attempts = 4, PageSize = 100;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5), Pause = TimeSpan.FromMilliseconds(100);
    static readonly long Fresh = (long)TimeSpan.FromSeconds(30).TotalMicroseconds;

    readonly KmsOptions _options;
    readonly TimeProvider _clock;
    readonly OneHostHandler _out;
    readonly AmazonKeyManagementServiceClient _kms;
    // What new keys are wrapped under. A version that was followed meanwhile still wraps: it is retired weeks later.
    readonly ConcurrentDictionary<string, (int Version, long At)> _newest = new();

    /// <exception cref="UnauthorizedAccessException">Others than the owner may read the credentials file.</exception>
    public KmsProvider(KmsOptions options, TimeProvider clock)
    {
        (_options, _clock) = (options, clock);
        options.ReadCredentials();
        _out = new OneHostHandler(options.WayOut(), options.Endpoint);
        _kms = new AmazonKeyManagementServiceClient(new CredentialsInFile(options), new AmazonKeyManagementServiceConfig
        {
            ServiceURL = options.Endpoint.AbsoluteUri,
            AuthenticationRegion = options.Region,
            MaxErrorRetry = 1, // whoever calls tries again
            HttpClientFactory = new OneWayOut(_out),
        });
    }

    public string Kind => "awskms";

    public Task<IReadOnlyList<string>> Tenants(CancellationToken stop) => Do<IReadOnlyList<string>>(async () =>
    {
        var tenants = (await Keks(_ => true, stop)).ToLookup(kek => kek.Tenant);
        return [.. tenants.Where(keks => keks.All(kek => !kek.IsTombstone)).Select(keks => keks.Key).Order(StringComparer.Ordinal)];
    }, stop);

    public Task<IReadOnlyList<KekVersion>> Versions(string tenant, CancellationToken stop) => Do<IReadOnlyList<KekVersion>>(async () =>
        [.. (await Living(tenant, stop)).Select(kek => new KekVersion(kek.Version, kek.CreatedAt))], stop);

    public Task Rotate(string tenant, int from, CancellationToken stop)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        return Do(async () =>
        {
            if ((await Living(tenant, stop) is [.., var newest] ? newest.Version : 0) == from) await Make(tenant, from + 1, stop);
            _newest.TryRemove(tenant, out _);
        }, stop);
    }

    public Task Retire(string tenant, int version, CancellationToken stop) => Do(async () =>
    {
        var keks = await Of(tenant, stop);
        if (keks is not [.., var newest] || newest.Version == version) throw new ArgumentException("The newest version is in use.", nameof(version));
        foreach (var kek in keks.Where(kek => kek.Version == version && !kek.IsTombstone)) await End(kek, stop);
    }, stop);

    public Task Destroy(string tenant, CancellationToken stop) => Do(async () =>
    {
        if (!await IsDestroyed(tenant, stop)) await Name(tenant, 0, stop); // first: from here on no version is made
        foreach (var kek in await Of(tenant, stop))
            if (!kek.IsTombstone) await End(kek, stop);
            else await _kms.DisableKeyAsync(new DisableKeyRequest { KeyId = kek.KeyId }, stop);
    }, stop);

    public Task<byte[]> Wrap(string tenant, ReadOnlyMemory<byte> place, ReadOnlyMemory<byte> dek, CancellationToken stop)
    {
        if (dek.Length != WrappedKey.KeySize) throw new ArgumentException("A key is 32 bytes long.", nameof(dek));
        return Do<byte[]>(async () =>
        {
            using var plain = new MemoryStream(dek.ToArray());
            for (var attempt = 1; ; attempt++)
            {
                var version = await Newest(tenant, stop);
                plain.Position = 0;
                try
                {
                    var answer = await _kms.EncryptAsync(new EncryptRequest { KeyId = Alias(tenant, version), Plaintext = plain, EncryptionContext = Context(tenant, version, place) }, stop);
                    byte[] wrapped = [.. WrappedKey.Header(version, WrappedKey.Elsewhere), .. answer.CiphertextBlob.ToArray()];
                    return WrappedKey.VersionOf(wrapped) == version ? wrapped : throw new KeysUnavailable();
                }
                catch (AmazonKeyManagementServiceException gone) when (IsGone(gone) && attempt < Attempts)
                {
                    _newest.TryRemove(tenant, out _); // retired, destroyed, or named so lately that KMS does not say so everywhere yet
                    await Task.Delay(Pause * (attempt - 1), _clock, stop);
                }
            }
        }, stop);
    }

    public Task<byte[]> Unwrap(string tenant, ReadOnlyMemory<byte> place, ReadOnlyMemory<byte> wrapped, CancellationToken stop) => Do(async () =>
    {
        var version = WrappedKey.VersionOf(wrapped.Span, WrappedKey.Elsewhere);
        if (version == 0) throw new CryptographicException("Not a wrapped key.");
        var alias = Alias(tenant, version);
        using var blob = new MemoryStream(wrapped[WrappedKey.HeaderSize..].ToArray());
        try
        {
            var answer = await _kms.DecryptAsync(new DecryptRequest { KeyId = alias, CiphertextBlob = blob, EncryptionContext = Context(tenant, version, place) }, stop);
            return answer.Plaintext.ToArray() is { Length: WrappedKey.KeySize } dek ? dek : throw new CryptographicException("What was wrapped is no key.");
        }
        catch (AmazonKeyManagementServiceException wrong) when (wrong is InvalidCiphertextException or IncorrectKeyException)
        {
            throw new CryptographicException("The wrapped key does not open under the key of its version.");
        }
        catch (AmazonKeyManagementServiceException gone) when (IsGone(gone))
        {
            if (await IsDestroyed(tenant, stop)) throw new KeysDestroyed();
            var state = await StateOf(alias, stop);
            if (state is null || state == KeyState.Disabled || state == KeyState.PendingDeletion) throw new CryptographicException("This version of the tenant's key is no longer there.");
            throw;
        }
    }, stop);

    static bool IsGone(AmazonKeyManagementServiceException failure) => failure is NotFoundException or DisabledException or KMSInvalidStateException;

    static string Alias(string tenant, int version) => Alias(tenant, version.ToString(CultureInfo.InvariantCulture));

    static string Alias(string tenant, string what) => $"{Prefix}{WrappedKey.Checked(tenant)}/{what}";

    static Dictionary<string, string> Context(string tenant, int version, ReadOnlyMemory<byte> place) => new()
    {
        ["tenant"] = tenant, ["version"] = version.ToString(CultureInfo.InvariantCulture), ["place"] = Convert.ToBase64String(place.Span),
    };

    sealed record Kek(string Tenant, int Version, long CreatedAt, string KeyId)
    {
        public bool IsTombstone => Version == 0;
    }

    async Task<int> Newest(string tenant, CancellationToken stop)
    {
        var now = _clock.Microseconds();
        if (_newest.TryGetValue(tenant, out var known) && now - known.At < Fresh) return known.Version;
        var version = await Living(tenant, stop) is [.., var newest] ? newest.Version : 0;
        if (version == 0) await Make(tenant, version = 1, stop);
        _newest[tenant] = (version, now);
        return version;
    }

    async Task<List<Kek>> Living(string tenant, CancellationToken stop)
    {
        var keks = await Of(tenant, stop);
        return keks is [{ IsTombstone: true }, ..] ? throw new KeysDestroyed() : keks;
    }

    Task<List<Kek>> Of(string tenant, CancellationToken stop)
    {
        var own = Alias(tenant, "");
        return Keks(alias => alias.StartsWith(own, StringComparison.Ordinal), stop);
    }

    // KMS lists the aliases of the whole account and has no filter for their names.
    async Task<List<Kek>> Keks(Func<string, bool> wanted, CancellationToken stop)
    {
        var (found, next) = (new List<Kek>(), new ListAliasesRequest { Limit = PageSize });
        while (true)
        {
            var page = await _kms.ListAliasesAsync(next, stop);
            found.AddRange((page.Aliases ?? []).Where(alias => wanted(alias.AliasName)).Select(KekOf).OfType<Kek>());
            if (page.Truncated != true) return [.. found.OrderBy(kek => kek.Version)];
            next.Marker = page.NextMarker;
        }
    }

    static Kek? KekOf(AliasListEntry alias)
    {
        if (!alias.AliasName.StartsWith(Prefix, StringComparison.Ordinal) || alias.TargetKeyId is not { } key || alias.AliasName[Prefix.Length..].Split('/') is not [var tenant, var what]) return null;
        var at = alias.CreationDate is { } made ? (made.ToUniversalTime() - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond : 0;
        if (what == Tombstone) return new Kek(tenant, 0, at, key);
        return int.TryParse(what, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version > 0 ? new Kek(tenant, version, at, key) : null;
    }

    async Task Make(string tenant, int version, CancellationToken stop)
    {
        await Name(tenant, version, stop);
        if (!await IsDestroyed(tenant, stop)) return;
        // Another process destroyed the tenant meanwhile and may not have seen this key.
        foreach (var kek in (await Of(tenant, stop)).Where(kek => !kek.IsTombstone)) await End(kek, stop);
        throw new KeysDestroyed();
    }

    /// <summary>Makes a key and its name; where the name is taken, the key goes again. Version 0 is the tombstone.</summary>
    async Task Name(string tenant, int version, CancellationToken stop)
    {
        var alias = version == 0 ? Alias(tenant, Tombstone) : Alias(tenant, version);
        var made = (await _kms.CreateKeyAsync(new CreateKeyRequest { Description = alias, KeySpec = KeySpec.SYMMETRIC_DEFAULT, KeyUsage = KeyUsageType.ENCRYPT_DECRYPT }, stop)).KeyMetadata.KeyId;
        try { await _kms.CreateAliasAsync(new CreateAliasRequest { AliasName = alias, TargetKeyId = made }, stop); }
        catch (AlreadyExistsException) { await Forget(made, stop); }
    }

    async Task End(Kek kek, CancellationToken stop)
    {
        await Forget(kek.KeyId, stop); // the name goes after it: what was broken off here is found again
        try { await _kms.DeleteAliasAsync(new DeleteAliasRequest { AliasName = Alias(kek.Tenant, kek.Version) }, stop); }
        catch (NotFoundException) { } // another process did
    }

    // From then on the key opens nothing; KMS forgets it when its days are over.
    async Task Forget(string key, CancellationToken stop)
    {
        try { await _kms.ScheduleKeyDeletionAsync(new ScheduleKeyDeletionRequest { KeyId = key, PendingWindowInDays = _options.DeletionDays }, stop); }
        catch (NotFoundException) { } // it is gone
        catch (KMSInvalidStateException)
        {
            if (await StateOf(key, stop) is { } state && state != KeyState.PendingDeletion) throw;
        }
    }

    async Task<bool> IsDestroyed(string tenant, CancellationToken stop) => await StateOf(Alias(tenant, Tombstone), stop) is not null;

    /// <summary>Null where there is no such key.</summary>
    async Task<KeyState?> StateOf(string key, CancellationToken stop)
    {
        try { return (await _kms.DescribeKeyAsync(new DescribeKeyRequest { KeyId = key }, stop)).KeyMetadata.KeyState; }
        catch (NotFoundException) { return null; }
    }

    // What KMS says names aliases, and so tenants: of a failure only its code goes on.
    static async Task<T> Do<T>(Func<Task<T>> work, CancellationToken stop)
    {
        try { return await work(); }
        catch (OperationCanceledException) when (stop.IsCancellationRequested) { throw; }
        catch (AmazonServiceException failure) { throw new KeysUnavailable(new IOException($"KMS: {failure.ErrorCode} ({(int)failure.StatusCode})")); }
        catch (Exception failure) when (failure is not (CryptographicException or ArgumentException or KeysUnavailable)) { throw new KeysUnavailable(new IOException($"KMS: {failure.GetType().Name}")); }
    }

    static Task Do(Func<Task> work, CancellationToken stop) => Do<object?>(async () =>
    {
        await work();
        return null;
    }, stop);

    public void Dispose()
    {
        _kms.Dispose();
        _out.Dispose();
    }

    sealed class OneWayOut(OneHostHandler way) : HttpClientFactory
    {
        public override System.Net.Http.HttpClient CreateHttpClient(IClientConfig clientConfig) => way.Client(Patience);
        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;
        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;
        public override string? GetConfigUniqueString(IClientConfig clientConfig) => null;
    }

    // Read at each use: another access key counts at once.
    sealed class CredentialsInFile(KmsOptions options) : AWSCredentials
    {
        public override ImmutableCredentials GetCredentials()
        {
            var (id, secret, token) = options.ReadCredentials();
            return new ImmutableCredentials(id, secret, token);
        }
    }
}

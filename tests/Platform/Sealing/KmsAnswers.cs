using System.Security.Cryptography;
using FirstRing.Platform.Sealing;
using FirstRing.Tests.Harness;
using Microsoft.Extensions.Time.Testing;

namespace FirstRing.Tests.Platform.Sealing;

/// <summary>What AWS KMS adds to the contract of every provider: names, signatures, failures, and what it keeps of the destroyed. Against a stand-in.</summary>
public sealed class KmsAnswers : IAsyncDisposable
{
    const string Tenant = "ten_kms";
    static readonly CancellationToken Never = CancellationToken.None;
    static readonly byte[] Place = [.. "records\0content\0key"u8];
    static readonly FakeTimeProvider Clock = new(TestStore.Start);

    readonly KmsStandIn _kms = new(Clock);
    readonly byte[] _dek = RandomNumberGenerator.GetBytes(32);

    // Timers run in real time; the day is the test's.
    sealed class Half : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Clock.GetUtcNow();
    }

    KmsProvider Open() => new(_kms.Options, new Half());

    [Theory]
    [InlineData(400, "ThrottlingException")]
    [InlineData(400, "AccessDeniedException")]
    [InlineData(400, "KMSInvalidStateException")]
    [InlineData(500, "KMSInternalException")]
    [InlineData(503, "ServiceUnavailable")]
    public async Task What_KMS_cannot_do_now_is_an_outage_and_says_nothing_of_the_tenant(int status, string code)
    {
        using var provider = Open();
        var wrapped = await provider.Wrap(Tenant, Place, _dek, Never);
        _kms.Failing = action => action is "Encrypt" or "Decrypt" or "ListAliases" ? (status, code) : null;
        foreach (var work in (Func<Task>[])[() => provider.Wrap(Tenant, Place, _dek, Never), () => provider.Unwrap(Tenant, Place, wrapped, Never), () => provider.Versions(Tenant, Never), () => provider.Rotate(Tenant, 1, Never)])
        {
            var failure = await Assert.ThrowsAsync<KeysUnavailable>(work);
            Assert.Contains(code, failure.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain(Tenant, failure.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToBase64String(_dek), failure.ToString(), StringComparison.Ordinal);
        }
        _kms.Failing = _ => null;
        Assert.Equal(_dek, await provider.Unwrap(Tenant, Place, wrapped, Never));
    }

    [Fact]
    public async Task Nobody_at_the_endpoint_is_an_outage()
    {
        using var provider = Open();
        var wrapped = await provider.Wrap(Tenant, Place, _dek, Never);
        await _kms.DisposeAsync();
        await Assert.ThrowsAsync<KeysUnavailable>(() => provider.Unwrap(Tenant, Place, wrapped, Never));
    }

    [Fact]
    public async Task What_is_asked_no_longer_is_given_up()
    {
        using var provider = Open();
        using var stop = new CancellationTokenSource();
        var held = new TaskCompletionSource();
        _kms.Before = _ => { stop.Cancel(); return held.Task; };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => provider.Wrap(Tenant, Place, _dek, stop.Token));
        held.SetResult();
    }

    [Fact]
    public async Task Requests_are_signed_with_what_stands_in_the_file_at_that_time()
    {
        using var provider = Open();
        var wrapped = await provider.Wrap(Tenant, Place, _dek, Never);
        Assert.Equal(0, _kms.Refused);
        var right = await File.ReadAllLinesAsync(_kms.CredentialsFile, Never);
        _kms.WriteWrongSecret();
        await Assert.ThrowsAsync<KeysUnavailable>(() => provider.Unwrap(Tenant, Place, wrapped, Never));
        Assert.NotEqual(0, _kms.Refused);
        _kms.Write(right);
        Assert.Equal(_dek, await provider.Unwrap(Tenant, Place, wrapped, Never));
        File.SetUnixFileMode(_kms.CredentialsFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Throws<UnauthorizedAccessException>(Open);
    }

    [Fact]
    public async Task Tenant_version_and_place_are_bound_by_the_context()
    {
        using var provider = Open();
        await provider.Unwrap(Tenant, Place, await provider.Wrap(Tenant, Place, _dek, Never), Never);
        foreach (var (_, body) in _kms.Asked.Where(asked => asked.Action is "Encrypt" or "Decrypt"))
        {
            Assert.Equal($"alias/firstring/{Tenant}/1", (string?)body["KeyId"]);
            Assert.Equal((Tenant, "1", Convert.ToBase64String(Place)), ((string?)body["EncryptionContext"]!["tenant"], (string?)body["EncryptionContext"]!["version"], (string?)body["EncryptionContext"]!["place"]));
        }
    }

    [Fact]
    public async Task Who_comes_second_with_a_version_lets_its_key_go()
    {
        var (arrived, both) = (0, new TaskCompletionSource());
        _kms.Before = action =>
        {
            if (action == "CreateAlias" && Interlocked.Increment(ref arrived) == 2) both.SetResult();
            return action == "CreateAlias" ? both.Task : Task.CompletedTask;
        };
        using var one = Open();
        using var two = Open();
        await Task.WhenAll(one.Rotate(Tenant, 0, Never), two.Rotate(Tenant, 0, Never));
        Assert.Equal(["Enabled", "PendingDeletion"], _kms.States.Order(StringComparer.Ordinal));
        Assert.Equal([1], (await one.Versions(Tenant, Never)).Select(version => version.Version));
    }

    [Fact]
    public async Task Keys_of_the_destroyed_wait_for_their_end_and_the_tombstone_stays()
    {
        using var provider = Open();
        await provider.Rotate(Tenant, 0, Never);
        await provider.Rotate(Tenant, 1, Never);
        await provider.Destroy(Tenant, Never);
        Assert.Equal(["Disabled", "PendingDeletion", "PendingDeletion"], _kms.States.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_destruction_broken_off_is_taken_up_again()
    {
        using var provider = Open();
        var wrapped = await provider.Wrap(Tenant, Place, _dek, Never);
        _kms.Failing = action => action == "DeleteAlias" ? (500, "KMSInternalException") : null;
        await Assert.ThrowsAsync<KeysUnavailable>(() => provider.Destroy(Tenant, Never));
        await Assert.ThrowsAsync<KeysDestroyed>(() => provider.Unwrap(Tenant, Place, wrapped, Never));
        _kms.Failing = _ => null;
        Assert.Empty(await provider.Tenants(Never)); // one of its versions is there still
        await provider.Destroy(Tenant, Never);
        Assert.Equal(["Disabled", "PendingDeletion"], _kms.States.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_version_made_while_the_tenant_is_destroyed_goes_too(bool isRotated)
    {
        using var provider = Open();
        using var other = Open();
        var destroyed = false;
        _kms.Before = async action =>
        {
            if (action != "CreateAlias" || destroyed) return;
            destroyed = true;
            await other.Destroy(Tenant, Never);
        };
        await Assert.ThrowsAsync<KeysDestroyed>(() => isRotated ? provider.Rotate(Tenant, 0, Never) : provider.Wrap(Tenant, Place, _dek, Never));
        Assert.DoesNotContain("Enabled", _kms.States);
    }

    [Fact]
    public async Task A_key_that_was_disabled_by_hand_opens_nothing()
    {
        using var provider = Open();
        var wrapped = await provider.Wrap(Tenant, Place, _dek, Never);
        _kms.Set($"alias/firstring/{Tenant}/1", "Disabled");
        await Assert.ThrowsAsync<CryptographicException>(() => provider.Unwrap(Tenant, Place, wrapped, Never));
        await Assert.ThrowsAsync<KeysUnavailable>(() => provider.Wrap(Tenant, Place, _dek, Never));
    }

    [Fact]
    public async Task Names_are_read_to_the_last_page()
    {
        _kms.PageSize = 2;
        using var provider = Open();
        foreach (var tenant in Enumerable.Range(1, 5)) await provider.Rotate($"ten_{tenant}", 0, Never);
        Assert.Equal(["ten_1", "ten_2", "ten_3", "ten_4", "ten_5"], await provider.Tenants(Never));
        Assert.Equal([1], (await provider.Versions("ten_5", Never)).Select(version => version.Version));
    }

    [Theory]
    [InlineData("awskms:region=eu-central-1&endpoint=https://kms.example")]
    [InlineData("awskms:region=eu-central-1&endpoint=http://kms.example&credentials-file=f")]
    [InlineData("awskms:region=eu-central-1&endpoint=https://169.254.169.254&credentials-file=f")]
    [InlineData("awskms:region=eu-central-1&endpoint=https://kms.example/path&credentials-file=f")]
    [InlineData("awskms:region=eu-central-1&region=eu-west-1&endpoint=https://kms.example&credentials-file=f")]
    [InlineData("awskms:region=eu-central-1&endpoint=https://kms.example&credentials-file=f&network=open")]
    [InlineData("awskms:region=eu-central-1&endpoint=https://kms.example&credentials-file=f&deletion-days=6")]
    [InlineData("awskms:region=eu-central-1&endpoint=https://kms.example&credentials-file=f&profile=x")]
    [InlineData("pkcs11:region=eu-central-1&endpoint=https://kms.example&credentials-file=f")]
    public void Another_form_is_refused(string uri) => Assert.Throws<ArgumentException>(() => KmsOptions.Parse(uri));

    [Fact]
    public async Task A_private_address_needs_the_operators_word()
    {
        using var provider = new KmsProvider(_kms.Options with { IsPrivate = false }, new Half());
        await Assert.ThrowsAsync<KeysUnavailable>(() => provider.Versions(Tenant, Never));
        Assert.Empty(_kms.Asked);
    }

    public ValueTask DisposeAsync() => _kms.DisposeAsync();
}

using System.Security.Cryptography;
using FirstRing.Platform.Sealing;
using FirstRing.Tests.Harness;
using Microsoft.Extensions.Time.Testing;

namespace FirstRing.Tests.Platform.Sealing;

/// <summary>What AWS KMS is asked, how often, what is remembered of its answers, and which of them are taken for none.</summary>
public sealed class KmsRequests : IAsyncDisposable
{
    const string Tenant = "ten_kms";
    static readonly CancellationToken Never = CancellationToken.None;
    static readonly byte[] Place = [.. "records\0content\0key"u8];
    static readonly TimeSpan Remembered = TimeSpan.FromSeconds(30), Tick = TimeSpan.FromMicroseconds(1);

    readonly FakeTimeProvider _day = new(TestStore.Start);
    readonly Unhurried _clock;
    readonly KmsStandIn _kms;
    readonly KmsProvider _provider;
    readonly byte[] _dek = RandomNumberGenerator.GetBytes(32);

    public KmsRequests()
    {
        (_clock, _kms) = (new Unhurried(_day), new KmsStandIn(_day));
        _provider = new KmsProvider(_kms.Options, _clock);
    }

    Task<byte[]> Wrap() => _provider.Wrap(Tenant, Place, _dek, Never);
    int Count(string action) => _kms.Asked.Count(asked => asked.Action == action);

    [Fact]
    public async Task Which_version_is_newest_is_remembered_for_half_a_minute()
    {
        using var other = new KmsProvider(_kms.Options, _clock);
        await Wrap();
        await other.Rotate(Tenant, 1, Never);
        _day.Advance(Remembered - Tick);
        Assert.Equal(1, WrappedKey.VersionOf(await Wrap()));
        _day.Advance(Tick);
        Assert.Equal(2, WrappedKey.VersionOf(await Wrap()));
        var read = Count("ListAliases");
        Assert.Equal(2, WrappedKey.VersionOf(await Wrap()));
        Assert.Equal(read, Count("ListAliases"));
    }

    [Fact]
    public async Task A_version_that_does_not_wrap_is_asked_four_times_with_growing_pauses()
    {
        await Wrap();
        _kms.Set($"alias/firstring/{Tenant}/1", "Disabled");
        _kms.Asked.Clear();
        Assert.Contains("DisabledException", (await Assert.ThrowsAsync<KeysUnavailable>(Wrap)).ToString(), StringComparison.Ordinal);
        Assert.Equal(4, Count("Encrypt"));
        Assert.Equal([TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(200)], _clock.Pauses); // the second time at once
    }

    [Fact]
    public async Task A_version_that_is_not_seen_everywhere_yet_wraps_a_moment_later()
    {
        var unseen = 3;
        _kms.Failing = action => action == "Encrypt" && unseen-- > 0 ? (400, "NotFoundException") : null;
        Assert.Equal(1, WrappedKey.VersionOf(await Wrap()));
        Assert.Equal(4, Count("Encrypt"));
    }

    [Fact]
    public async Task A_key_is_made_to_encrypt_and_its_description_says_what_for()
    {
        await Wrap();
        var (_, made) = Assert.Single(_kms.Asked, asked => asked.Action == "CreateKey");
        Assert.Equal(($"alias/firstring/{Tenant}/1", "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"), ((string?)made["Description"], (string?)made["KeySpec"], (string?)made["KeyUsage"]));
    }

    [Fact]
    public async Task Aliases_are_read_a_hundred_at_a_time()
    {
        await _provider.Tenants(Never);
        Assert.Equal(100, (int?)Assert.Single(_kms.Asked, asked => asked.Action == "ListAliases").Body["Limit"]);
    }

    [Fact]
    public async Task A_list_that_says_nothing_is_empty()
    {
        _kms.Altering = (action, answer) => answer.Remove(action == "ListAliases" ? "Aliases" : "");
        Assert.Empty(await _provider.Tenants(Never));
        Assert.Empty(await _provider.Versions(Tenant, Never));
    }

    [Theory]
    [InlineData("alias/firstring/ten_kms/0")]
    [InlineData("alias/firstring/ten_kms/-1")]
    [InlineData("alias/firstring/ten_kms/x")]
    [InlineData("alias/firstring/ten_kms/2/3")]
    [InlineData("alias/firstring/ten_kms2/y")]
    [InlineData("alias/firstring2/ten_kms/2")]
    [InlineData("alias/aws/s3")]
    public async Task Names_of_others_are_neither_versions_nor_a_destruction(string alias)
    {
        _kms.Name(alias);
        var wrapped = await Wrap();
        Assert.Equal([1], (await _provider.Versions(Tenant, Never)).Select(version => version.Version));
        Assert.Equal([Tenant], await _provider.Tenants(Never));
        Assert.Equal(_dek, await _provider.Unwrap(Tenant, Place, wrapped, Never));
    }

    [Fact]
    public async Task An_answer_that_would_be_read_as_a_key_from_before_versions_is_none()
    {
        _kms.Altering = (action, answer) => { if (action == "Encrypt") answer["CiphertextBlob"] = Convert.ToBase64String(new byte[WrappedKey.OldSize - WrappedKey.HeaderSize]); };
        await Assert.ThrowsAsync<KeysUnavailable>(Wrap);
    }

    [Fact]
    public async Task What_KMS_did_not_wrap_is_not_sent_there()
    {
        Assert.Equal("Not a wrapped key.", (await Assert.ThrowsAsync<CryptographicException>(() => _provider.Unwrap(Tenant, Place, new byte[WrappedKey.OldSize], Never))).Message);
        Assert.Empty(_kms.Asked);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(33)]
    public async Task What_opens_to_no_key_is_none(int length)
    {
        var wrapped = await Wrap();
        _kms.Altering = (action, answer) => { if (action == "Decrypt") answer["Plaintext"] = Convert.ToBase64String(new byte[length]); };
        Assert.Equal("What was wrapped is no key.", (await Assert.ThrowsAsync<CryptographicException>(() => _provider.Unwrap(Tenant, Place, wrapped, Never))).Message);
    }

    [Fact]
    public async Task A_key_that_was_altered_is_told_from_an_outage()
    {
        var wrapped = await Wrap();
        wrapped[^1] ^= 1;
        Assert.Equal("The wrapped key does not open under the key of its version.", (await Assert.ThrowsAsync<CryptographicException>(() => _provider.Unwrap(Tenant, Place, wrapped, Never))).Message);
    }

    [Fact]
    public async Task A_credentials_file_that_others_may_read_is_an_outage_and_the_operator_is_told_which()
    {
        File.SetUnixFileMode(_kms.CredentialsFile, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Equal("KMS: UnauthorizedAccessException", (await Assert.ThrowsAsync<KeysUnavailable>(() => _provider.Versions(Tenant, Never))).InnerException?.Message);
        Assert.Empty(_kms.Asked);
    }

    public ValueTask DisposeAsync()
    {
        _provider.Dispose();
        return _kms.DisposeAsync();
    }
}

using System.Security.Cryptography;
using System.Text;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Sealing;
using FirstRing.Tests.Harness;
using Microsoft.Extensions.Time.Testing;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace FirstRing.Tests.Platform.Sealing;

/// <summary>What a token adds to the contract of every provider: keys that stay inside, two processes that make one version at once, and a token that is away.</summary>
public sealed class TokenKeys : IDisposable
{
    static readonly CancellationToken Never = CancellationToken.None;
    static readonly Pkcs11InteropFactories Factories = new();
    // Never let go of: that would end the sessions of all in this process.
    static readonly Lazy<IPkcs11Library> Library = new(() => Factories.Pkcs11LibraryFactory.LoadPkcs11Library(Factories, SoftHsm.Module, AppType.MultiThreaded));

    readonly string _tenant = $"ten_{NewId.Random():N}";
    readonly byte[] _dek = RandomNumberGenerator.GetBytes(32);
    readonly TempFolder _folder = new();
    readonly Unhurried _clock = new(new FakeTimeProvider(TestStore.Start));
    readonly Pkcs11Provider _provider;

    public TokenKeys() => _provider = new Pkcs11Provider(SoftHsm.Options, _clock);

    // On the provider's login.
    async Task<ISession> Look()
    {
        await _provider.Tenants(Never);
        return Library.Value.GetSlotList(SlotsType.WithTokenPresent).Single(slot => slot.GetTokenInfo().Label.Trim() == SoftHsm.Options.Token).OpenSession(SessionType.ReadWrite);
    }

    static IObjectAttribute Is(CKA what, bool value) => Factories.ObjectAttributeFactory.Create(what, value);
    static IObjectAttribute Is(CKA what, CKO value) => Factories.ObjectAttributeFactory.Create(what, value);
    static IObjectAttribute Is(CKA what, string value) => Factories.ObjectAttributeFactory.Create(what, value);

    List<IObjectAttribute> Keys => [Is(CKA.CKA_CLASS, CKO.CKO_SECRET_KEY), Factories.ObjectAttributeFactory.Create(CKA.CKA_ID, Encoding.UTF8.GetBytes(_tenant))];
    List<IObjectAttribute> Tombstones => [Is(CKA.CKA_CLASS, CKO.CKO_DATA), Is(CKA.CKA_LABEL, $"firstring {_tenant} destroyed")];

    [Fact]
    public async Task A_key_is_sensitive_and_never_leaves_the_token()
    {
        await _provider.Rotate(_tenant, 0, Never);
        using var session = await Look();
        var key = Assert.Single(session.FindAllObjects(Keys));
        var read = session.GetAttributeValue(key, [CKA.CKA_PRIVATE, CKA.CKA_SENSITIVE, CKA.CKA_EXTRACTABLE, CKA.CKA_ALWAYS_SENSITIVE, CKA.CKA_NEVER_EXTRACTABLE]);
        Assert.Equal([true, true, false, true, true], read.Select(each => each.GetValueAsBool()));
        Assert.True(session.GetAttributeValue(key, [CKA.CKA_VALUE])[0].CannotBeRead);
    }

    [Fact]
    public async Task A_token_that_lost_the_login_is_logged_into_again_and_never_taken_for_an_empty_one()
    {
        using var provider = new Pkcs11Provider(SoftHsm.Apart, _clock);
        var wrapped = await provider.Wrap(_tenant, "here"u8.ToArray(), _dek, Never);
        void Logout()
        {
            using var session = Library.Value.GetSlotList(SlotsType.WithTokenPresent).Single(slot => slot.GetTokenInfo().Label.Trim() == SoftHsm.Apart.Token).OpenSession(SessionType.ReadWrite);
            session.Logout();
        }
        Logout();
        Assert.Equal(_dek, await provider.Unwrap(_tenant, "here"u8.ToArray(), wrapped, Never));
        Logout();
        Assert.Single(await provider.Versions(_tenant, Never));
    }

    [Fact]
    public async Task That_a_tenant_was_destroyed_is_seen_only_after_a_login()
    {
        await _provider.Destroy(_tenant, Never);
        using var session = await Look();
        var tombstone = Assert.Single(session.FindAllObjects(Tombstones));
        Assert.True(session.GetAttributeValue(tombstone, [CKA.CKA_PRIVATE])[0].GetValueAsBool());
    }

    [Fact]
    public async Task A_destruction_broken_off_holds_and_is_taken_up_again()
    {
        var wrapped = await _provider.Wrap(_tenant, default, _dek, Never);
        using var session = await Look();
        session.CreateObject([.. Tombstones, Is(CKA.CKA_TOKEN, true), Is(CKA.CKA_PRIVATE, true)]);
        Assert.Single(session.FindAllObjects(Keys));
        await Assert.ThrowsAsync<KeysDestroyed>(() => _provider.Wrap(_tenant, default, _dek, Never));
        await Assert.ThrowsAsync<KeysDestroyed>(() => _provider.Unwrap(_tenant, default, wrapped, Never));
        await Assert.ThrowsAsync<KeysDestroyed>(() => _provider.Rotate(_tenant, 1, Never));
        await _provider.Destroy(_tenant, Never);
        Assert.Empty(session.FindAllObjects(Keys));
    }

    [Fact]
    public async Task A_version_made_while_the_tenant_is_destroyed_goes_too()
    {
        using var late = new Pkcs11Provider(SoftHsm.Options, new Meanwhile(TestStore.Start, () => _provider.Destroy(_tenant, Never)));
        await Assert.ThrowsAsync<KeysDestroyed>(() => late.Wrap(_tenant, default, _dek, Never));
        using var session = await Look();
        Assert.Empty(session.FindAllObjects(Keys));
    }

    [Fact]
    public async Task A_version_that_two_made_at_once_is_one_as_old_as_the_elder()
    {
        using var other = new Pkcs11Provider(SoftHsm.Options, new Meanwhile(TestStore.Start.AddHours(1), () => _provider.Rotate(_tenant, 0, Never)));
        await other.Rotate(_tenant, 0, Never);
        using var session = await Look();
        Assert.Equal(2, session.FindAllObjects(Keys).Count);
        Assert.Equal(new KekVersion(1, Instant.Microseconds(_clock)), Assert.Single(await other.Versions(_tenant, Never)));
        Assert.Equal(_dek, await _provider.Unwrap(_tenant, default, await other.Wrap(_tenant, default, _dek, Never), Never));
        await other.Rotate(_tenant, 1, Never);
        await other.Retire(_tenant, 1, Never);
        Assert.Single(session.FindAllObjects(Keys)); // both went
    }

    [Theory]
    [InlineData(CKR.CKR_ENCRYPTED_DATA_INVALID, true)]
    [InlineData(CKR.CKR_ENCRYPTED_DATA_LEN_RANGE, true)]
    [InlineData(CKR.CKR_FUNCTION_FAILED, true)]
    [InlineData(CKR.CKR_GENERAL_ERROR, true)]
    [InlineData(CKR.CKR_DEVICE_ERROR, false)]
    [InlineData(CKR.CKR_DEVICE_REMOVED, false)]
    [InlineData(CKR.CKR_TOKEN_NOT_PRESENT, false)]
    [InlineData(CKR.CKR_SESSION_HANDLE_INVALID, false)]
    [InlineData(CKR.CKR_USER_NOT_LOGGED_IN, false)]
    public void A_key_that_does_not_open_is_told_from_a_token_that_is_away(CKR answer, bool isWrongData) => Assert.Equal(isWrongData, Pkcs11Provider.IsWrongData(answer));

    [Fact]
    public async Task What_fails_is_tried_four_times_with_growing_pauses_and_is_an_outage_until_it_works()
    {
        using var provider = new Pkcs11Provider(SoftHsm.Options with { PinFile = _folder.At("pin") }, _clock);
        Assert.IsType<FileNotFoundException>((await Assert.ThrowsAsync<KeysUnavailable>(() => provider.Wrap(_tenant, default, _dek, Never))).InnerException);
        Assert.Equal([40, 80, 120], _clock.Pauses.Select(pause => pause.TotalMilliseconds));
        File.Copy(SoftHsm.Options.PinFile, _folder.At("pin"));
        File.SetUnixFileMode(_folder.At("pin"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal(_dek, await provider.Unwrap(_tenant, default, await provider.Wrap(_tenant, default, _dek, Never), Never));
    }

    [Fact]
    public async Task Another_token_is_not_taken_instead()
    {
        using var provider = new Pkcs11Provider(SoftHsm.Options with { Token = "firstring" }, _clock);
        await Assert.ThrowsAsync<KeysUnavailable>(() => provider.Tenants(Never));
        Assert.Empty(_clock.Pauses);
    }

    public void Dispose()
    {
        _provider.Dispose();
        _folder.Dispose();
    }
}

using System.Net;
using FirstRing.Contracts;
using FirstRing.Contracts.Records;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Sealing;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;
using Refit;

namespace FirstRing.Tests.Records;

/// <summary>The key provider gives no answer.</summary>
public sealed class KeysDown
{
    [Theory, BothDialects]
    public async Task Whose_keys_are_at_hand_is_served_others_get_a_503_that_says_why_and_it_ends_by_itself(Dialect dialect)
    {
        FailingProvider? provider = null;
        await using var clinic = await Clinic.Open(dialect, file => provider ??= new FailingProvider(new KeyFileProvider(file)));
        var id = await clinic.Patient();
        clinic.Act();
        provider!.Fault = ProviderFault.Refuses;
        Assert.NotNull((await clinic.Records.GetPatient(new GetPatient(clinic.Tenant, id), default)).Value);

        var other = new TenantId(NewId.Random());
        Platform.Http.Acting.As(new Platform.Http.Caller("web", other.ToString(), clinic.Clinician.ToString(), "clinician"));
        var refused = await Assert.ThrowsAsync<ApiException>(() => clinic.Records.CreatePatient(clinic.Request() with { Tenant = other }, default));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Contains("keys-unavailable", refused.Content, StringComparison.Ordinal);
        Assert.Equal(1, await clinic.Store.Store.ReadOne<long>("SELECT COUNT(*) FROM patients", null, default));

        provider.Fault = ProviderFault.None;
        clinic.Store.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.NotNull((await clinic.Records.CreatePatient(clinic.Request() with { Tenant = other }, default)).Value);
    }
}

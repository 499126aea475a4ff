using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Identity;

/// <summary>Whoever's sign-in is changed is told of it, at the address that they sign in with, which is sealed.</summary>
public sealed class NoticeTests
{
    const string Email = "nora@demo.invalid", First = "seven green lanterns", Second = "eleven blue kettles";

    static async Task<IReadOnlyList<string>> Told(Clinic clinic, StaffId staff) =>
        [.. (await clinic.Store.Store.ReadList<string>($"SELECT body FROM outbox WHERE type = '{EventTypes.SignInChanged}' ORDER BY at, id", null, default))
            .Select(body => JsonSerializer.Deserialize(body, ContractsJson.Default.SignInChanged)!).Where(told => told.Staff == staff).Select(told => WireName.Of(told.Change))];

    static Task<Answer<StaffAddress>> Address(Clinic clinic, TenantId tenant, StaffId staff) =>
        clinic.ForNotifications(tenant).GetStaffAddress(new GetStaffAddress(tenant, staff), default);

    [Theory, BothDialects]
    public async Task Each_change_of_a_sign_in_tells_its_owner(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect, demo: true);
        var admin = (await clinic.SignInWhole("admin")).Staff;
        void AsAdmin() => Acting.As(new Caller("web", admin.Tenant.ToString(), admin.Id.ToString(), Who.Admin));
        AsAdmin();
        var invited = (await clinic.Staff.InviteStaff(new InviteStaff("k1", admin.Tenant, "Nora Field", Email, StaffRole.FrontDesk), default)).Value!;
        Assert.Empty(await Told(clinic, invited.Staff));

        var login = (await clinic.Invited.TakeInvitation(new TakeInvitation(invited.Token, First), default)).Value!.Login;
        Assert.Equal(["password-set"], await Told(clinic, invited.Staff));
        clinic.Store.Clock.Advance(TimeSpan.FromSeconds(1));
        var seed = OtpNet.Base32Encoding.ToBytes((await clinic.Factors.BeginTotp(new BeginTotp(login), default)).Value!.Secret);
        Assert.Equal("code-wrong", (await clinic.Factors.ConfirmTotp(new ConfirmTotp(login, "000000"), default)).Refused?.Code);
        Assert.Single(await Told(clinic, invited.Staff)); // what was not changed is not told
        login = (await clinic.Factors.ConfirmTotp(new ConfirmTotp(login, clinic.Code(seed)), default)).Value!.Login;
        clinic.Store.Clock.Advance(TimeSpan.FromSeconds(1));
        await clinic.Factors.MakeRecoveryCodes(new MakeRecoveryCodes(login), default);
        clinic.Store.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("present-wrong", (await clinic.Factors.ChangePassword(new ChangePassword(login, Second, Second), default)).Refused?.Code);
        Assert.NotNull((await clinic.Factors.ChangePassword(new ChangePassword(login, First, Second), default)).Value);
        clinic.Store.Clock.Advance(TimeSpan.FromSeconds(1));
        AsAdmin();
        await clinic.Staff.ResetStaff(new ResetStaff("k2", admin.Tenant, invited.Staff), default);

        Assert.Equal(["password-set", "app-set", "recovery-codes-made", "password-set", "reset"], await Told(clinic, invited.Staff));
        Assert.Empty(await Told(clinic, admin.Id));
    }

    [Theory, BothDialects]
    public async Task An_address_is_sealed_and_given_to_notifications_alone_with_a_row_each_time(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect, demo: true);
        var admin = (await clinic.SignInWhole("admin")).Staff;
        Acting.As(new Caller("web", admin.Tenant.ToString(), admin.Id.ToString(), Who.Admin));
        var invited = (await clinic.Staff.InviteStaff(new InviteStaff("k1", admin.Tenant, "Nora Field", Email, StaffRole.FrontDesk), default)).Value!.Staff;

        Assert.Equal(Email, (await Address(clinic, admin.Tenant, invited)).Value!.Email!.Value.Reveal);
        // Who was there before addresses were kept signs in once with theirs.
        Assert.Equal(clinic.DemoSignIn("admin").Email, (await Address(clinic, admin.Tenant, admin.Id)).Value!.Email!.Value.Reveal);
        Assert.Equal(2, (await clinic.Store.Audited()).Count(row => row.Action == "give-address"));
        Assert.False(await clinic.Store.Holds(Email));
        Assert.Equal("no-such-staff", (await Address(clinic, clinic.Tenant, invited)).Refused?.Code);
        Assert.True(await NotAllowed.Is(() => clinic.As(admin).GetStaffAddress(new GetStaffAddress(admin.Tenant, invited), default)));
        Assert.True(await NotAllowed.Is(() => clinic.As(Caller.System("web", admin.Tenant.ToString())).GetStaffAddress(new GetStaffAddress(admin.Tenant, invited), default)));
    }
}

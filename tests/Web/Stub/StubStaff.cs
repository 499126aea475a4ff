using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Ids;

namespace FirstRing.Tests.Web.Stub;

/// <summary>Staff administration, in memory. Refuses what <see cref="Refuses"/> says.</summary>
internal sealed class StubStaff(StubClinic clinic) : IStaffClient
{
    public const string Token = "invitation-of-the-stub-clinic";
    static readonly long Then = Instant.Microseconds(new DateTimeOffset(2026, 11, 20, 15, 4, 0, TimeSpan.Zero));

    public Refusal? Refuses { get; set; }
    public List<string> Did { get; } = [];
    public List<StaffEntry> All { get; } = [];
    public List<LoginEntry> Logins { get; } = [new(new LoginId(NewId.Random()), "password+totp", "Firefox on Windows", Then, Then + 3_600_000_000), new(new LoginId(NewId.Random()), "password+recovery", "", Then, Then)];

    public StubStaff Open()
    {
        All.AddRange([
            new(clinic.Staff, StaffState.Active, true, 2, Then), new(clinic.Other, StaffState.Active, false, 0, null), new(clinic.Admin, StaffState.Active, true, 1, Then),
            new(new StaffMember(new StaffId(NewId.Random()), clinic.Clinic.Id, StaffRole.FrontDesk, "Nora Field"), StaffState.Invited, false, 0, null),
            new(new StaffMember(new StaffId(NewId.Random()), clinic.Clinic.Id, StaffRole.Auditor, "Ari Marsh"), StaffState.Disabled, true, 0, null),
        ]);
        return this;
    }

    Task<Answer<T>> Say<T>(string did, T value)
    {
        if (Refuses is { } why) return Task.FromResult<Answer<T>>(why);
        Did.Add(did);
        return Task.FromResult<Answer<T>>(value);
    }

    public Task<Answer<StaffList>> ListStaff(ListStaff request, CancellationToken stop) => Task.FromResult<Answer<StaffList>>(new StaffList(All));
    public Task<Answer<Invited>> InviteStaff(InviteStaff request, CancellationToken stop) => Say($"invite {request.Name} {request.Role}", new Invited(clinic.Other.Id, Token, Then));
    public Task<Answer<Done>> ChangeRole(ChangeRole request, CancellationToken stop) => Say($"role {request.Staff} {request.Role}", Done.Yes);
    public Task<Answer<Done>> DisableStaff(DisableStaff request, CancellationToken stop) => Say($"{(request.Disabled ? "disable" : "enable")} {request.Staff}", Done.Yes);
    public Task<Answer<Invited>> ResetStaff(ResetStaff request, CancellationToken stop) => Say($"reset {request.Staff}", new Invited(request.Staff, Token, Then));
    public Task<Answer<LoginList>> ListLogins(ListLogins request, CancellationToken stop) => Task.FromResult<Answer<LoginList>>(new LoginList(Logins));
    public Task<Answer<Done>> EndLogin(EndLogin request, CancellationToken stop) => Say($"end {request.Staff} {request.Login}", Done.Yes);

    public Task<Answer<InvitationSeen>> LookInvitation(LookInvitation request, CancellationToken stop) => Task.FromResult<Answer<InvitationSeen>>(request.Token == Token
        ? new InvitationSeen(clinic.Clinic.Name, "Nora Field", StaffRole.FrontDesk, true) : new Refusal("invitation-not-valid", "No.", 404));

    public Task<Answer<ClinicOpened>> OpenClinic(OpenClinic request, CancellationToken stop) =>
        Say($"open {request.Name} {request.Secret}", new ClinicOpened(clinic.Clinic.Id, new Invited(clinic.Admin.Id, Token, Then)));

    public Task<Answer<SignedIn>> TakeInvitation(TakeInvitation request, CancellationToken stop) =>
        request.Password.Length < 12 ? Task.FromResult<Answer<SignedIn>>(new Refusal("password-short", "No.", 422))
        : Say("take", new SignedIn(clinic.SignedIn(level: LoginLevel.Enrol), clinic.Staff, LoginLevel.Enrol));
}

using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Scheduling;
using FirstRing.Identity.Emergencies;
using FirstRing.Identity.Logins;
using FirstRing.Identity.Tenants;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using BreakGlass = FirstRing.Contracts.Identity.BreakGlass;
using CheckEmergency = FirstRing.Contracts.Identity.CheckEmergency;

namespace FirstRing.Tests.Identity.Emergencies;

/// <summary>A clinic with a signed-in clinician, another clinician whose visit it is, and an admin.</summary>
internal sealed class Ward : IAsyncDisposable
{
    public const string Reason = "Quillfeather collapsed on camera";

    Ward(Clinic clinic) => Clinic = clinic;

    public Clinic Clinic { get; }
    public StaffMember Clinician { get; private set; } = null!;
    public StaffMember Colleague { get; private set; } = null!;
    public StaffMember Admin { get; private set; } = null!;
    public string Login { get; private set; } = "";
    public Visit Visit { get; private set; } = null!;

    public static async Task<Ward> Open(Dialect dialect)
    {
        var ward = new Ward(await Clinic.Open(dialect, demo: true));
        var signedIn = await ward.Clinic.SignInWhole();
        (ward.Clinician, ward.Login) = (signedIn.Staff, signedIn.Login);
        ward.Colleague = await ward.Member(StaffRole.Clinician);
        ward.Admin = await ward.Member(StaffRole.Admin);
        ward.Visit = ward.Booked(ward.Colleague, ward.Clinic.Patient);
        return ward;
    }

    public Visit Booked(StaffMember with, PatientId patient)
    {
        var visit = new Visit(new VisitId(NewId.Random()), with.Tenant, new CallId(NewId.Random()), with.Id, patient, Clinic.Now, 20, VisitState.Booked, null, null,
            [new Participant(new ParticipantId(NewId.Random()), VisitRole.Patient, null, patient), new Participant(new ParticipantId(NewId.Random()), VisitRole.Clinician, with.Id, null)]);
        Clinic.Scheduling.Visits.Add(visit);
        return visit;
    }

    public async Task<StaffMember> Member(StaffRole role, TenantId? tenant = null)
    {
        var member = new StaffMember(new StaffId(NewId.Random()), tenant ?? Clinician.Tenant, role, "A Member");
        await Clinic.Store.Store.Commit(Caller.System("identity"), async transaction =>
        {
            if (tenant is { } other) await TenantStore.Insert(transaction, new Tenant(other, "Another Clinic", "+1 202-555-0100", "Etc/UTC", false));
            await TenantStore.Insert(transaction, member, member.Id.ToString(), "x");
            return 0;
        }, default);
        return member;
    }

    public Task<string> SignIn(StaffMember member) =>
        Clinic.Store.Store.Commit(Caller.System("identity"), transaction => LoginStore.Start(transaction, member.Id, Way.Passkey, null), default);

    public void As(StaffMember member) => Clinic.As(member);

    public Task<Answer<EmergencyGrant>> Break(string key = "k1", string reason = Reason, Visit? visit = null, string? login = null, StaffMember? by = null)
    {
        As(by ?? Clinician);
        return Clinic.Emergencies.BreakGlass(new BreakGlass(key, login ?? Login, (visit ?? Visit).Id, reason), default);
    }

    public async Task<EmergencyGrant> Broken(string key = "k1") => (await Break(key)).Value!;

    /// <summary>What records asks before it opens this patient for this member.</summary>
    public async Task<bool> Opens(EmergencyGrant grant, StaffMember? by = null, PatientId? patient = null)
    {
        var member = by ?? Clinician;
        Clinic.As(new Caller("records", member.Tenant.ToString(), member.Id.ToString(), WireName.Of(member.Role)));
        var answer = await Clinic.EmergenciesFor("records").CheckEmergency(new CheckEmergency(member.Tenant, grant.Id, patient ?? grant.Patient), default);
        Assert.Equal(answer.Value is null ? "emergency-over" : null, answer.Refused?.Code);
        return answer.Value is not null;
    }

    public EmergencyWatch Watch => new(new EmergencyStore(Clinic.Store.Store), Microsoft.Extensions.Logging.Abstractions.NullLogger<EmergencyWatch>.Instance);

    /// <summary>Audit rows about a grant: action, outcome, patient, purpose and by whom.</summary>
    public Task<List<string>> Rows(EmergencyGrant grant) => Clinic.Store.Store.ReadList<string>(
        "SELECT action || ' ' || outcome || ' ' || actor || ' ' || COALESCE(patient, '-') || ' ' || COALESCE(purpose, '-') || ' ' || tenant FROM audit_outbox WHERE subject = @id ORDER BY counter",
        new { id = grant.Id.ToString() }, default);

    public string Row(string action, string outcome, string actor, EmergencyGrant grant, bool purpose = true) =>
        $"{action} {outcome} {actor} {grant.Patient} {(purpose ? $"BTG/{grant.Id}" : "-")} {Clinician.Tenant}";

    public ValueTask DisposeAsync() => Clinic.DisposeAsync();
}

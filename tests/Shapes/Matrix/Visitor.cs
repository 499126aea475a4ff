using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Http;
using FirstRing.Tests.Harness.Running;

namespace FirstRing.Tests.Shapes.Matrix;

/// <summary>Somebody at the public door, by what they can show: a login of staff, a visit pass, or nothing. <paramref name="Way"/>: how the login was begun.</summary>
internal sealed record Visitor(string Name, Clinic? Clinic, StaffRole? Staff = null, VisitRole? Seat = null, string? Pass = null, string Way = "passkey", StaffId? Id = null, bool Enrolled = false)
{
    /// <summary>Whether a declaration lets them in. <paramref name="begun"/>: what is asked for is a first factor, which a login without one may set up.</summary>
    public bool MayUse(DoorAccess access, bool begun) => access.Proof switch
    {
        DoorProof.None => true,
        DoorProof.Pass => Seat is { } seat && access.Roles.Contains(WireName.Of(seat)),
        DoorProof.Login => Staff is { } role && Way != "password" && access.Roles.Contains(WireName.Of(role)),
        DoorProof.BegunLogin => Staff is { } any && (Way != "password" || begun && !Enrolled) && access.Roles.Contains(WireName.Of(any)),
        _ => throw new InvalidOperationException("A secret is asked apart."),
    };

    /// <summary>One of each: nobody, every role of staff in both clinics, a login without its factor, every seat of a visit, the patients of another visit and of the other clinic.</summary>
    public static async Task<IReadOnlyList<Visitor>> Everyone(TwoClinics all)
    {
        List<Visitor> everyone = [new("nobody", null)];
        foreach (var clinic in (Clinic[])[all.Own, all.Other])
            everyone.AddRange(clinic.Staff.Select(member => new Visitor($"{member.Key} of {clinic.Names[^1]}", clinic, member.Key, Id: member.Value)));
        var begun = (await all.Member(all.Own.Tenant, StaffRole.Admin)).Staff;
        everyone.Add(new Visitor("admin without a factor", all.Own, StaffRole.Admin, Way: "password", Id: begun));
        everyone.Add(new Visitor("clinician who has not given a code", all.Own, StaffRole.Clinician, Way: "password", Id: (await VerbRows.Enrolled(all, all.Own)).Staff, Enrolled: true));
        everyone.Add(await Patient("patient", all.Own, all.Own.Visit));
        everyone.Add(await Patient("patient of another visit", all.Own, all.Own.OtherVisit));
        everyone.Add(await Patient("patient of the other clinic", all.Other, all.Other.Visit));
        foreach (var seat in (VisitRole[])[VisitRole.Interpreter, VisitRole.Family, VisitRole.Colleague, VisitRole.Guest])
        {
            var visit = await all.Booked(all.Own.Tenant, all.Own.Staff[StaffRole.Clinician], all.Own.Patient);
            var place = await all.Asked<Participant>("scheduling", "invite", all.Admin(all.Own.Tenant), new Invite(all.Key(), all.Own.Tenant, visit.Id, seat));
            everyone.Add(await Guest(all, WireName.Of(seat), all.Own, visit, place, null));
        }
        everyone.Add(new Visitor("proxy of the patient", all.Own, Seat: VisitRole.Proxy, Pass: (await all.Entered(all.Own.Proxy)).Pass));
        everyone.Add(new Visitor("proxy of another patient", all.Own, Seat: VisitRole.Proxy, Pass: (await all.Entered(await all.Seat(all.Own.Tenant, all.Own.OtherVisit, await all.Granted(all.Own.Tenant, all.Own.OtherPatient)))).Pass));
        var entered = await all.Asked<Entered>("identity", "enter-as-staff", new Caller("web", all.Own.Tenant.ToString(), all.Own.Staff[StaffRole.Clinician].ToString(), "clinician"),
            new EnterAsStaff(await all.Login(all.Own.Staff[StaffRole.Clinician]), all.Own.Visit.Id, all.Own.Visit.Call, all.Own.Visit.Participants.Single(one => one.Staff is not null).Id, VisitRole.Clinician));
        everyone.Add(new Visitor("clinician in the visit", all.Own, Seat: VisitRole.Clinician, Pass: entered.Pass));
        return everyone;

        Task<Visitor> Patient(string name, Clinic clinic, Visit visit) => Guest(all, name, clinic, visit, clinic.PatientIn(visit), visit.Patient);
    }

    /// <summary>Whoever a fresh link is for.</summary>
    public static async Task<Visitor> Guest(TwoClinics all, string name, Clinic clinic, Visit visit, Participant place, PatientId? patient)
    {
        var link = await all.Asked<LinkCreated>("identity", "create-link", all.Admin(clinic.Tenant),
            new CreateLink(all.Key(), clinic.Tenant, visit.Id, visit.Call, place.Id, place.Role, patient, all.Now - 1_000_000, all.Now + 3_600_000_000));
        var entered = await all.Asked<Entered>("identity", "enter-by-link", Caller.Anyone("web"), new EnterByLink(link.Token, null));
        return new Visitor(name, clinic, Seat: place.Role, Pass: entered.Pass);
    }
}

/// <summary>A request at the door. <paramref name="Held"/>: it is answered when something happens, so that being kept waiting means being let in.</summary>
internal sealed record DoorAsk(string Path, string? Form = null, string? Json = null, bool Held = false, IReadOnlyList<(string, string)>? Headers = null, byte[]? File = null);

/// <summary>What the door said: status, stable code, text.</summary>
internal sealed record DoorHeard(int Status, string? Code, string Body)
{
    /// <summary>By the door itself, for want of a proof or of a role.</summary>
    public bool Barred => Status == 401 || Status == 403 && Code is "not-allowed" or "factor-missing";
    public bool Served => Status is >= 200 and < 400;
    public override string ToString() => $"{Status} {Code}";
}

/// <summary>The public door of the two clinics' platform.</summary>
internal sealed class AtTheDoor(TwoClinics all) : IDisposable
{
    static readonly TimeSpan Hold = TimeSpan.FromSeconds(2);

    readonly HttpClient _http = DoorTrust.Client(all.Platform.Door);

    public async Task<DoorHeard> Ask(string method, DoorAsk ask, Visitor visitor)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), ask.Path) { Version = new Version(2, 0) };
        if (visitor.Pass is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", visitor.Pass);
        if (visitor.Id is { } staff) request.Headers.Add("Cookie", $"__Host-login={await all.Login(staff, visitor.Way)}"); // fresh: what was asked before may have ended others
        request.Headers.Add("Idempotency-Key", all.Key());
        request.Headers.Add("Accept", "application/json");
        foreach (var (name, value) in ask.Headers ?? []) request.Headers.Add(name, value);
        if (ask.Form is not null) request.Content = new StringContent(ask.Form, Encoding.UTF8, "application/x-www-form-urlencoded");
        else if (ask.Json is not null) request.Content = new StringContent(ask.Json, Encoding.UTF8, "application/json");
        else if (ask.File is not null) request.Content = new ByteArrayContent(ask.File);
        using var limit = new CancellationTokenSource(ask.Held ? Hold : TimeSpan.FromSeconds(60));
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            var type = response.Content.Headers.ContentType?.MediaType;
            var body = type == "text/event-stream" ? "" : await response.Content.ReadAsStringAsync(limit.Token);
            return new DoorHeard((int)response.StatusCode, type == "application/problem+json" ? JsonDocument.Parse(body).RootElement.GetProperty("code").GetString() : null, body);
        }
        catch (OperationCanceledException) when (ask.Held && limit.IsCancellationRequested)
        {
            return new DoorHeard(200, null, "");
        }
    }

    public void Dispose() => _http.Dispose();
}

using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Shapes.Matrix;

/// <summary>
/// How a route at the door is asked so that whoever may is served. <paramref name="Make"/>: about a clinic's things, for a visitor of it. <see cref="Anothers"/>: the same about what is somebody else's in the
/// same clinic, or with a secret that is none.
/// </summary>
internal sealed record DoorRow(Func<TwoClinics, Clinic, Visitor, Task<DoorAsk>> Make)
{
    public Func<TwoClinics, Clinic, Visitor, Task<DoorAsk>>? Anothers { get; init; }

    /// <summary>The desk does it for everybody: what is another's is theirs too.</summary>
    public bool ByDesk { get; init; }

    /// <summary>The address names something of the clinic's: to another clinic it does not exist.</summary>
    public bool Names { get; init; }

    /// <summary>Sets up a first factor: for a login that has none yet, too.</summary>
    public bool Begun { get; init; }

    /// <summary>The handler refuses for want of what only a browser's key or a phone has; that it was asked is what shows.</summary>
    public bool OnlyReached { get; init; }
}

/// <summary>A row for each route at the door.</summary>
internal static class DoorRows
{
    static DoorRow Get(string path) => new((_, _, _) => Task.FromResult(new DoorAsk(path)));
    static DoorRow Post(string path, Func<TwoClinics, string> form) => new((all, _, _) => Task.FromResult(new DoorAsk(path, form(all))));
    static DoorRow About(Func<TwoClinics, Clinic, Visitor, Task<DoorAsk>> make) => new DoorRow(make) with { Names = true };
    static DoorRow Secret(Func<TwoClinics, Clinic, Task<DoorAsk>> right, DoorAsk wrong) => new DoorRow((all, clinic, _) => right(all, clinic)) with { Anothers = (_, _, _) => Task.FromResult(wrong) };

    const string NewProxy = "given=Some&family=Body&born=1970-01-01&relation=Brother&basis=patient-consent&scope=visits";

    const string Nobody = "AAAAAAAAAAAAAAAAAAAAAAAAAAA", VendorForm = "name=Mail&agreement=1&from=2026-01-01&until=2030-01-01&classes=operational&hosts=mail.invalid";

    static async Task<DoorAsk> OfVisit(TwoClinics all, Clinic clinic, Visitor visitor, string rest, string? form) =>
        new($"/clinic/visits/{(await all.Booked(clinic.Tenant, visitor.Clinic == clinic && visitor.Id is { } id ? id : clinic.Staff[StaffRole.Clinician], clinic.Patient)).Id}{rest}", form);

    static async Task<DoorAsk> OfNobodys(TwoClinics all, Clinic clinic, string rest, string? form) =>
        new($"/clinic/visits/{(await all.Booked(clinic.Tenant, new StaffId(Guid.NewGuid()), clinic.Patient)).Id}{rest}", form);

    static async Task<DoorAsk> WithDevice(TwoClinics all, Clinic clinic, string rest, string form = "x=1")
    {
        var link = await all.Link(clinic, clinic.Visit);
        var device = (await all.Asked<Entered>("identity", "enter-by-link", Caller.Anyone("web"), new EnterByLink(link, null))).Device;
        return new DoorAsk($"/j/{link}{rest}", form, Headers: [("Cookie", $"__Host-device={device}")]);
    }

    static DoorRow OfMember(string rest, string form = "x=1") => About(async (all, clinic, _) => new DoorAsk($"/admin/staff/{(await all.Member(clinic.Tenant, StaffRole.Clinician)).Staff}{rest}", form));

    static DoorRow OfVendor(string rest, string? form) => About(async (all, clinic, _) => new DoorAsk(
        $"/admin/vendors/{(await all.Asked<Vendor>("identity", "add-vendor", all.Admin(clinic.Tenant), new AddVendor(all.Key(), clinic.Tenant, new VendorTerms("Mail relay", "1", new(2026, 1, 1), new(2030, 1, 1), [DataClass.Operational], ["mail.invalid"])))).Id}{rest}", form));

    static DoorRow OfEmergency(string rest, string? form) => About(async (all, clinic, _) => new DoorAsk($"/admin/emergencies/{(await VerbRows.Broken(all, clinic)).Id}{rest}", form));

    static async Task<DoorAsk> OfEvent(TwoClinics all, Clinic clinic, string? form)
    {
        var page = await all.Asked<Contracts.Audit.LogPage>("audit", "search", all.Admin(clinic.Tenant), new Contracts.Audit.SearchLog(clinic.Tenant, null, null, "create-patient", null, null, null, 1));
        return new DoorAsk($"/admin/audit/{page.Events[0].Seq}", form);
    }

    // Of the visitor's own, or of a patient of the clinic.
    static async Task<DoorAsk> OfPicture(TwoClinics all, Clinic clinic, Visitor visitor)
    {
        if (visitor.Pass is null) return new DoorAsk($"/messages/files/fil_{Guid.NewGuid():N}");
        var sender = visitor.Clinic == clinic ? visitor : await Visitor.Guest(all, "patient of a clinic", clinic, clinic.Visit, clinic.PatientIn(clinic.Visit), clinic.Visit.Patient);
        using var door = new AtTheDoor(all);
        var heard = await door.Ask("POST", new DoorAsk("/messages/files", File: PlantedFiles.Photo()), sender);
        Assert.True(heard.Served, $"{sender.Name}: {heard}");
        return new DoorAsk($"/messages/files/{JsonDocument.Parse(heard.Body).RootElement.GetProperty("file").GetProperty("id").GetString()}");
    }

    static string AuthorizeBy(string app) => $"client_id={app}&response_type=code&redirect_uri=https%3A%2F%2Fapp.invalid%2Fback&scope=openid&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";

    static DoorRow OfQuestion(string? form) => About(async (all, clinic, _) => new DoorAsk($"/me/apps/ask/{await VerbRows.Question(all, clinic)}", form));

    static DoorAsk NewClinic(TwoClinics all, string secret) => new("/operator/clinics", Headers: [("FirstRing-Operator", secret)],
        Json: Json(new { key = all.Key(), name = "A New Clinic", phone = "+12025550100", zone = "Europe/Berlin", adminName = "An Admin", adminEmail = all.Email() }));

    static string Json(object value) => JsonSerializer.Serialize(value, JsonSerializerOptions.Web);

    public static readonly IReadOnlyDictionary<string, DoorRow> All = new Dictionary<string, DoorRow>
    {
        ["POST /messages"] = new((_, _, _) => Task.FromResult(new DoorAsk("/messages", Json: Json(new { id = Guid.NewGuid(), text = "How are you?" })))),
        ["GET /messages"] = Get("/messages"),
        ["POST /messages/files"] = new((_, _, _) => Task.FromResult(new DoorAsk("/messages/files", File: PlantedFiles.Photo()))),
        ["GET /messages/files/{id}"] = About(OfPicture),
        ["GET /signal/events"] = new((_, _, _) => Task.FromResult(new DoorAsk("/signal/events", Held: true))),
        ["GET /signal/poll"] = new((_, _, _) => Task.FromResult(new DoorAsk("/signal/poll", Held: true))),
        ["POST /signal/send"] = new((_, _, _) => Task.FromResult(new DoorAsk("/signal/send", Json: Json(new { id = Guid.NewGuid(), t = "ping", p = new { } })))),
        ["POST /insights/join"] = new DoorRow((_, _, _) => Task.FromResult(new DoorAsk("/insights/join", Json: "{}"))) with { OnlyReached = true },

        ["GET /oauth/authorize"] = Secret(async (all, clinic) => new DoorAsk($"/oauth/authorize?{AuthorizeBy((await VerbRows.NewApp(all, clinic)).ToString())}"), new DoorAsk($"/oauth/authorize?{AuthorizeBy(Nobody)}")),
        ["POST /oauth/authorize"] = Secret(async (all, clinic) => new DoorAsk("/oauth/authorize", AuthorizeBy((await VerbRows.NewApp(all, clinic)).ToString())), new DoorAsk("/oauth/authorize", AuthorizeBy(Nobody))),
        ["POST /oauth/token"] = Post("/oauth/token", _ => $"grant_type=authorization_code&client_id={Nobody}&code={Nobody}&redirect_uri=https%3A%2F%2Fapp.invalid%2Fback&code_verifier={Nobody}{Nobody}") with { OnlyReached = true },
        ["POST /oauth/revoke"] = Post("/oauth/revoke", _ => $"client_id={Nobody}&token={Nobody}") with { OnlyReached = true },
        ["POST /oauth/introspect"] = Post("/oauth/introspect", _ => $"client_id={Nobody}&token={Nobody}") with { OnlyReached = true },
        ["GET /oauth/userinfo"] = Get("/oauth/userinfo") with { OnlyReached = true },
        ["POST /oauth/userinfo"] = Post("/oauth/userinfo", _ => $"access_token={Nobody}") with { OnlyReached = true },
        ["OPTIONS /oauth/{**rest}"] = Get("/oauth/token"),
        ["GET /oauth/keys"] = Get("/oauth/keys"),
        ["GET /.well-known/openid-configuration"] = Get("/.well-known/openid-configuration"),
        ["GET /.well-known/oauth-authorization-server"] = Get("/.well-known/oauth-authorization-server"),
        ["GET /fhir/R4/.well-known/smart-configuration"] = Get("/fhir/R4/.well-known/smart-configuration"),
        ["GET /fhir/R4/metadata"] = Get("/fhir/R4/metadata"),
        ["GET /fhir/R4/AuditEvent"] = Get("/fhir/R4/AuditEvent") with { OnlyReached = true },
        ["GET /fhir/R4/AuditEvent/{id}"] = Get("/fhir/R4/AuditEvent/1") with { OnlyReached = true },
        ["GET /fhir/R4/{**rest}"] = Get("/fhir/R4/Patient") with { OnlyReached = true },

        ["GET /"] = Get("/"),
        ["POST /sign-out"] = Post("/sign-out", _ => "x=1"),
        ["GET /sign-in"] = Get("/sign-in"),
        ["POST /sign-in"] = Post("/sign-in", _ => "email=a%40b.invalid&password=none") with { OnlyReached = true },
        ["GET /sign-in/code"] = Get("/sign-in/code"),
        ["POST /sign-in/code"] = Post("/sign-in/code", _ => "code=000000") with { OnlyReached = true },
        ["GET /invited/{token}"] = Secret(async (all, clinic) => new DoorAsk($"/invited/{(await all.Member(clinic.Tenant, StaffRole.Clinician)).Token}"), new DoorAsk($"/invited/{Nobody}")),
        ["POST /invited/{token}"] = Secret(async (all, clinic) => new DoorAsk($"/invited/{(await all.Member(clinic.Tenant, StaffRole.Clinician)).Token}", $"password={Token.New()}"), new DoorAsk($"/invited/{Nobody}", $"password={Token.New()}")),
        ["POST /sign-in/passkey/begin"] = Post("/sign-in/passkey/begin", _ => "x=1"),
        ["POST /sign-in/passkey"] = Post("/sign-in/passkey", _ => "ceremony=x&credential={}") with { OnlyReached = true },
        ["GET /j/{token}"] = Secret(async (all, clinic) => new DoorAsk($"/j/{await all.Link(clinic, clinic.Visit)}"), new DoorAsk($"/j/{Nobody}")),
        ["HEAD /j/{token}"] = Secret(async (all, clinic) => new DoorAsk($"/j/{await all.Link(clinic, clinic.Visit)}"), new DoorAsk($"/j/{Nobody}")),
        ["POST /j/{token}/enter"] = Secret(async (all, clinic) => new DoorAsk($"/j/{await all.Link(clinic, clinic.Visit)}/enter", Json: "{}"), new DoorAsk($"/j/{Nobody}/enter", Json: "{}")),
        ["POST /j/{token}"] = Secret(async (all, clinic) => new DoorAsk($"/j/{await all.Link(clinic, clinic.Visit)}", $"key={all.Key()}"), new DoorAsk($"/j/{Nobody}", $"key={Nobody}")),
        ["POST /j/{token}/agree"] = Secret(async (all, clinic) => new DoorAsk($"/j/{await all.Link(clinic, clinic.Visit)}/agree", $"agreed={(await VerbRows.Published(all, clinic)).Sha256}&key={all.Key()}"), new DoorAsk($"/j/{Nobody}/agree", $"agreed=x&key={Nobody}")),
        ["GET /j/{token}/terms"] = Secret(async (all, clinic) => new DoorAsk($"/j/{await all.Link(clinic, clinic.Visit)}/terms"), new DoorAsk($"/j/{Nobody}/terms")),
        ["GET /j/{token}/passkey"] = Secret(async (all, clinic) => new DoorAsk($"/j/{await all.Link(clinic, clinic.Visit)}/passkey"), new DoorAsk($"/j/{Nobody}/passkey")),
        ["POST /j/{token}/passkey/begin"] = Secret((all, clinic) => WithDevice(all, clinic, "/passkey/begin", $"born={clinic.Born:yyyy-MM-dd}"), new DoorAsk($"/j/{Nobody}/passkey/begin", "born=1961-03-04", Headers: [("Cookie", $"__Host-device={Nobody}")])),
        ["POST /j/{token}/passkey"] = Secret((all, clinic) => WithDevice(all, clinic, "/passkey"), new DoorAsk($"/j/{Nobody}/passkey", "x=1", Headers: [("Cookie", $"__Host-device={Nobody}")])) with { OnlyReached = true },
        ["GET /my"] = Get("/my"),
        ["POST /my/begin"] = Post("/my/begin", _ => "x=1"),
        ["POST /my"] = Post("/my", _ => "ceremony=x&credential={}") with { OnlyReached = true },
        ["POST /my/remove"] = Post("/my/remove", _ => "ceremony=x&credential={}") with { OnlyReached = true },
        ["POST /j/{token}/withdraw"] = Secret((all, clinic) => WithDevice(all, clinic, "/withdraw"), new DoorAsk($"/j/{Nobody}/withdraw", "x=1", Headers: [("Cookie", $"__Host-device={Nobody}")])),
        ["POST /j/{token}/birth-date"] = Secret(async (all, clinic) =>
        {
            var link = await all.Link(clinic, clinic.Visit);
            var other = (await all.Asked<Entered>("identity", "enter-by-link", Caller.Anyone("web"), new EnterByLink(link, null))).Device;
            var device = (await all.Asked<Entered>("identity", "enter-by-link", Caller.Anyone("web"), new EnterByLink(link, null))).Device;
            Assert.NotEqual(other, device);
            return new DoorAsk($"/j/{link}/birth-date", Json: $$"""{"birthDate":"{{clinic.Born:yyyy-MM-dd}}"}""", Headers: [("Cookie", $"__Host-device={device}")]);
        }, new DoorAsk($"/j/{Nobody}/birth-date", Json: """{"birthDate":"1961-03-04"}""", Headers: [("Cookie", $"__Host-device={Nobody}")])),
        ["POST /j/{token}/proxy"] = Secret(async (all, clinic) => new DoorAsk($"/j/{(await all.Seat(clinic.Tenant, clinic.Visit, clinic.Proxy.Id)).Token}/proxy", $"key={all.Key()}&born={ActingFor.Born:yyyy-MM-dd}"), new DoorAsk($"/j/{Nobody}/proxy", $"key={Nobody}&born=1985-09-10")),
        ["POST /operator/clinics"] = Secret(async (all, _) => NewClinic(all, await all.Operator()), new DoorAsk("/operator/clinics", Json: "{}", Headers: [("FirstRing-Operator", Nobody)])) with { Anothers = (all, _, _) => Task.FromResult(NewClinic(all, Nobody)) },
        ["POST /demo/visits"] = Secret(async (all, _) => new DoorAsk("/demo/visits", Json: "{}", Headers: [("FirstRing-Demo", (await File.ReadAllTextAsync(Path.Combine(all.Platform.Data, "demo.secret"))).Trim())]),
            new DoorAsk("/demo/visits", Json: "{}", Headers: [("FirstRing-Demo", Nobody)])),
        ["GET /demo/sign-in/{token}"] = Secret(async (all, _) => new DoorAsk((await all.Platform.DemoVisit()).Clinician.AbsolutePath), new DoorAsk($"/demo/sign-in/{Nobody}")),

        ["GET /clinic"] = Get("/clinic"),
        ["GET /clinic/presence"] = Get("/clinic/presence"),
        ["POST /clinic/visits"] = Post("/clinic/visits", all => $"key={all.Key()}&given=Someone&family=New&born=1970-01-01&when=now&minutes=30"),
        ["POST /clinic/visits/{id}/link"] = About((all, clinic, visitor) => OfVisit(all, clinic, visitor, "/link", "role=patient")) with { ByDesk = true, Anothers = (all, clinic, _) => OfNobodys(all, clinic, "/link", "role=patient") },
        ["POST /clinic/visits/{id}/passkeys/end"] = About((all, clinic, visitor) => OfVisit(all, clinic, visitor, "/passkeys/end", "x=1")),
        ["POST /clinic/visits/{id}/end"] = About((all, clinic, visitor) => OfVisit(all, clinic, visitor, "/end", "x=1")) with { ByDesk = true, Anothers = (all, clinic, _) => OfNobodys(all, clinic, "/end", "x=1") },
        ["POST /clinic/visits/{id}/no-show"] = About((all, clinic, visitor) => OfVisit(all, clinic, visitor, "/no-show", "x=1")) with { ByDesk = true, Anothers = (all, clinic, _) => OfNobodys(all, clinic, "/no-show", "x=1") },
        ["GET /clinic/visits/{id}"] = About((all, clinic, visitor) => OfVisit(all, clinic, visitor, "", null)) with { Anothers = (all, clinic, _) => OfNobodys(all, clinic, "", null) },
        ["POST /clinic/visits/{id}/enter"] = About((all, clinic, visitor) => OfVisit(all, clinic, visitor, "/enter", "x=1")) with { Anothers = (all, clinic, _) => OfNobodys(all, clinic, "/enter", "x=1") },

        ["GET /clinic/visits/{id}/consent"] = About((all, clinic, visitor) => OfVisit(all, clinic, visitor, "/consent", null)) with { Anothers = (all, clinic, _) => OfNobodys(all, clinic, "/consent", null) },
        ["POST /clinic/visits/{id}/consent"] = About((all, clinic, visitor) => OfVisit(all, clinic, visitor, "/consent", "x=1")) with { Anothers = (all, clinic, _) => OfNobodys(all, clinic, "/consent", "x=1") },

        ["GET /clinic/visits/{id}/proxies"] = About((all, clinic, visitor) => OfVisit(all, clinic, visitor, "/proxies", null)) with { ByDesk = true, Anothers = (all, clinic, _) => OfNobodys(all, clinic, "/proxies", null) },
        ["GET /clinic/visits/{id}/proxies/new"] = About((all, clinic, visitor) => OfVisit(all, clinic, visitor, "/proxies/new", null)) with { ByDesk = true, Anothers = (all, clinic, _) => OfNobodys(all, clinic, "/proxies/new", null) },
        ["POST /clinic/visits/{id}/proxies"] = About((all, clinic, visitor) => OfVisit(all, clinic, visitor, "/proxies", NewProxy)) with { ByDesk = true, Anothers = (all, clinic, _) => OfNobodys(all, clinic, "/proxies", NewProxy) },
        ["POST /clinic/visits/{id}/proxies/{proxy}/end"] = About(async (all, clinic, visitor) => await OfVisit(all, clinic, visitor, $"/proxies/{await all.Granted(clinic.Tenant, clinic.Patient)}/end", "x=1")) with
        {
            ByDesk = true, Anothers = async (all, clinic, _) => await OfNobodys(all, clinic, $"/proxies/{clinic.Proxy.Id}/end", "x=1"),
        },
        ["POST /clinic/visits/{id}/proxies/{proxy}/link"] = About((all, clinic, visitor) => OfVisit(all, clinic, visitor, $"/proxies/{clinic.Proxy.Id}/link", $"key={all.Key()}")) with
        {
            ByDesk = true, Anothers = (all, clinic, _) => OfNobodys(all, clinic, $"/proxies/{clinic.Proxy.Id}/link", $"key={all.Key()}"),
        },
        ["POST /clinic/visits/{id}/confidential"] = About((all, clinic, visitor) => OfVisit(all, clinic, visitor, "/confidential", "keep=yes")) with { ByDesk = true, Anothers = (all, clinic, _) => OfNobodys(all, clinic, "/confidential", "keep=yes") },

        ["GET /clinic/others"] = Get("/clinic/others"),
        ["POST /clinic/visits/{id}/emergency"] = About((all, clinic, _) => OfNobodys(all, clinic, "/emergency", $"key={all.Key()}&reason=Collapsed+on+camera")),
        // It is open under another login than the one that asks here.
        ["POST /clinic/visits/{id}/emergency/end"] = About((all, clinic, _) => OfNobodys(all, clinic, "/emergency/end", "x=1")) with { OnlyReached = true },

        ["GET /me/security"] = Get("/me/security") with { Begun = true },
        ["POST /me/security/app"] = Post("/me/security/app", _ => "x=1") with { Begun = true },
        ["POST /me/security/app/confirm"] = Post("/me/security/app/confirm", _ => "code=000000") with { Begun = true, OnlyReached = true },
        ["POST /me/security/recovery"] = Post("/me/security/recovery", _ => "x=1"),
        ["POST /me/security/password"] = Post("/me/security/password", _ => "present=x&new=short") with { OnlyReached = true },
        ["POST /me/security/logins/{id}/end"] = new((_, _, _) => Task.FromResult(new DoorAsk($"/me/security/logins/{new LoginId(Guid.NewGuid())}/end", "x=1"))),
        ["POST /me/security/passkeys/begin"] = Post("/me/security/passkeys/begin", _ => "x=1") with { Begun = true },
        ["POST /me/security/passkeys"] = Post("/me/security/passkeys", _ => "ceremony=x&credential={}&name=Key") with { Begun = true, OnlyReached = true },
        ["POST /me/security/passkeys/{id}/name"] = Post("/me/security/passkeys/none/name", _ => "name=Key") with { OnlyReached = true },
        ["POST /me/security/passkeys/{id}/remove"] = Post("/me/security/passkeys/none/remove", _ => "x=1") with { OnlyReached = true },

        ["GET /me/apps"] = Get("/me/apps"),
        ["POST /me/apps/{id}/end"] = new((_, _, _) => Task.FromResult(new DoorAsk($"/me/apps/{new GrantId(Guid.NewGuid())}/end", "x=1"))),
        ["GET /me/apps/ask/{ask}"] = OfQuestion(null),
        ["POST /me/apps/ask/{ask}"] = OfQuestion("answer=allow"),

        ["GET /admin/apps"] = Get("/admin/apps"),
        ["POST /admin/apps"] = Post("/admin/apps", all => $"key={all.Key()}&name=Chart&kind=public&redirects=https%3A%2F%2Fapp.invalid%2Fback&scope=openid"),
        ["POST /admin/apps/{id}/end"] = About(async (all, clinic, _) => new DoorAsk($"/admin/apps/{await VerbRows.NewApp(all, clinic)}/end", "x=1")),
        ["GET /admin/vendors"] = Get("/admin/vendors"),
        ["GET /admin/vendors/{id}"] = OfVendor("", null),
        ["POST /admin/vendors"] = Post("/admin/vendors", all => $"key={all.Key()}&{VendorForm}") with { OnlyReached = true },
        ["POST /admin/vendors/{id}"] = OfVendor("", VendorForm) with { OnlyReached = true },
        ["POST /admin/vendors/{id}/end"] = OfVendor("/end", "x=1"),
        ["POST /admin/vendors/{id}/check"] = OfVendor("/check", "x=1"),
        ["GET /admin/staff"] = Get("/admin/staff"),
        ["GET /admin/staff/{id}"] = About((_, clinic, _) => Task.FromResult(new DoorAsk($"/admin/staff/{clinic.Staff[StaffRole.Clinician]}"))),
        ["POST /admin/staff"] = Post("/admin/staff", all => $"key={all.Key()}&name=Someone&email={Uri.EscapeDataString(all.Email())}&role=clinician"),
        ["POST /admin/staff/{id}/role"] = OfMember("/role", "role=auditor"),
        ["POST /admin/staff/{id}/disable"] = OfMember("/disable"),
        ["POST /admin/staff/{id}/enable"] = OfMember("/enable"),
        ["POST /admin/staff/{id}/reset"] = OfMember("/reset"),
        ["POST /admin/staff/{id}/logins/{login}/end"] = OfMember($"/logins/{new LoginId(Guid.NewGuid())}/end"),
        ["GET /admin/consents"] = Get("/admin/consents"),
        ["GET /admin/consents/{purpose}/{language}"] = Get("/admin/consents/telehealth/en"),
        ["POST /admin/consents/{purpose}/{language}"] = Post("/admin/consents/telehealth/en", all => $"do=publish&heading=Care&text={all.Key()}"),
        ["GET /admin/messages"] = Get("/admin/messages"),
        ["POST /admin/messages/{id}/again"] = new DoorRow((_, _, _) => Task.FromResult(new DoorAsk($"/admin/messages/{new DeliveryId(Guid.NewGuid())}/again", "x=1"))) with { OnlyReached = true },
        ["GET /admin/audit"] = Get("/admin/audit"),
        ["POST /admin/audit"] = Post("/admin/audit", _ => "action=create-patient"),
        ["GET /admin/audit/{seq:long}"] = About((all, clinic, _) => OfEvent(all, clinic, null)),
        ["POST /admin/audit/{seq:long}"] = About((all, clinic, _) => OfEvent(all, clinic, "x=1")),
        ["GET /admin/emergencies"] = Get("/admin/emergencies"),
        ["GET /admin/emergencies/{id}"] = OfEmergency("", null),
        ["POST /admin/emergencies/{id}/review"] = OfEmergency("/review", "verdict=right&note=It+was+right"),
        ["POST /admin/emergencies/{id}/end"] = OfEmergency("/end", "x=1"),
        ["GET /admin/keys"] = Get("/admin/keys"),
        ["POST /admin/keys/rotate"] = Post("/admin/keys/rotate", all => $"key={all.Key()}"),
        ["POST /admin/keys/destroy"] = new((_, clinic, _) => Task.FromResult(new DoorAsk("/admin/keys/destroy", $"clinic={Uri.EscapeDataString(clinic.Names[^1])}"))),
        ["POST /admin/keys/keep"] = new(async (all, _, _) =>
        {
            foreach (var each in (Clinic[])[all.Own, all.Other]) await all.Asked<Contracts.Keys.Destruction>("keys", "schedule-destruction", all.Admin(each.Tenant), new Contracts.Keys.ScheduleDestruction(each.Tenant));
            return new DoorAsk("/admin/keys/keep", "x=1");
        }),
    };
}

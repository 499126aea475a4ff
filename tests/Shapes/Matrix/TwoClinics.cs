using System.Text;
using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Records;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Contracts;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Tests.Harness.Running;
using Microsoft.Data.Sqlite;

namespace FirstRing.Tests.Shapes.Matrix;

/// <summary>A clinic with whatever a request can be about. <paramref name="Names"/> are texts of its own that nobody else may see.</summary>
internal sealed record Clinic(TenantId Tenant, IReadOnlyDictionary<StaffRole, StaffId> Staff, PatientId Patient, PatientId OtherPatient, DateOnly Born, Visit Visit, Visit OtherVisit, IReadOnlyList<string> Names, ActingFor Proxy)
{
    public Participant PatientIn(Visit visit) => visit.Participants.Single(one => one.Role == VisitRole.Patient);
}

/// <summary>Somebody who acts for the patient of a clinic's first visit, with a place in it and a link that opens it.</summary>
internal sealed record ActingFor(ProxyId Id, Participant Place, string Token)
{
    public static readonly DateOnly Born = new(1985, 9, 10);
}

/// <summary>What a service answered: nothing refused, or why. <paramref name="AtTheGate"/>: before the handler was asked.</summary>
internal sealed record Heard(int Status, string Body)
{
    public bool AtTheGate => Status is 401 or 403 or 404;
    public string? Refused { get; } = Code(Status, Body);
    public bool Served => Status is 200 or 204 && Refused is null;

    static string? Code(int status, string body)
    {
        if (body.Length == 0) return status == 204 ? null : "nothing";
        var root = JsonDocument.Parse(body).RootElement;
        if (status != 200) return root.GetProperty("code").GetString();
        return root.TryGetProperty("refused", out var refused) && refused.ValueKind == JsonValueKind.Object ? refused.GetProperty("code").GetString() : null;
    }
}

/// <summary>Two clinics on one running platform, and whatever a service asks another, over mutual TLS as that service.</summary>
internal sealed class TwoClinics(RunningPlatform platform) : IAsyncDisposable
{
    readonly Dictionary<string, HttpClient> _ways = [];
    int _made;

    public RunningPlatform Platform => platform;
    public Clinic Own { get; private set; } = null!;
    public Clinic Other { get; private set; } = null!;

    public static async Task<TwoClinics> Open()
    {
        var clinics = new TwoClinics(await RunningPlatform.Start());
        try
        {
            clinics.Own = await clinics.Furnish("Northern");
            clinics.Other = await clinics.Furnish("Southern");
            return clinics;
        }
        catch
        {
            await clinics.DisposeAsync();
            throw;
        }
    }

    public long Now => TimeProvider.System.Microseconds();
    public string Key() => Token.New();
    public string Email() => $"member{Interlocked.Increment(ref _made)}@matrix.invalid";

    public async Task<string> Operator() => (await File.ReadAllTextAsync(Path.Combine(platform.Data, "operator.secret"))).Trim();

    public Caller Admin(TenantId tenant) => new("web", tenant.ToString(), new StaffId(Guid.NewGuid()).ToString(), Who.Admin);

    public async Task<Clinic> Furnish(string name)
    {
        var tenant = new TenantId(Guid.NewGuid());
        await Run("INSERT INTO tenants (id, name, phone, zone, demo, created_at) VALUES (@a, @b, '+1 202-555-0100', 'Etc/UTC', 0, 1)", tenant.ToString(), $"{name} Clinic");
        var staff = new Dictionary<StaffRole, StaffId>();
        foreach (var role in Enum.GetValues<StaffRole>()) staff[role] = (await Member(tenant, role)).Staff;
        var born = new DateOnly(1961, 3, 4);
        var patients = new List<PatientId>();
        foreach (var given in (string[])["Erika", "Otto"])
            patients.Add((await Asked<PatientCreated>("records", "create-patient", Admin(tenant), new CreatePatient(Key(), tenant, $"{given}{name}", $"Family{name}", born, null, null))).Id);
        var visits = new List<Visit>();
        foreach (var patient in patients) visits.Add(await Booked(tenant, staff[StaffRole.Clinician], patient));
        return new Clinic(tenant, staff, patients[0], patients[1], born, visits[0], visits[1], [$"Erika{name}", $"Otto{name}", $"Family{name}", $"{name} Clinic"],
            await Seat(tenant, visits[0], await Granted(tenant, patients[0])));
    }

    /// <summary>Somebody who may act for a patient.</summary>
    public async Task<ProxyId> Granted(TenantId tenant, PatientId patient, IReadOnlyList<ProxyScope>? scopes = null)
    {
        var id = (await Asked<ProxyAdded>("records", "add-proxy", Admin(tenant), new AddProxy(Key(), tenant, patient, "Vera", "Stand-In", ActingFor.Born, "Sister", ProxyBasis.PatientConsent, null))).Id;
        await Asked<ProxyGrant>("identity", "grant-proxy", Admin(tenant), new GrantProxy(Key(), tenant, patient, id, scopes ?? Enum.GetValues<ProxyScope>(), null));
        return id;
    }

    /// <summary>A place and a link for who acts for the patient of a visit.</summary>
    public async Task<ActingFor> Seat(TenantId tenant, Visit visit, ProxyId proxy)
    {
        var place = await Asked<Participant>("scheduling", "invite", Admin(tenant), new Invite(Key(), tenant, visit.Id, VisitRole.Proxy, proxy));
        return new ActingFor(proxy, place, (await Asked<LinkCreated>("identity", "create-link", Admin(tenant), new CreateLink(Key(), tenant, visit.Id, visit.Call, place.Id, VisitRole.Proxy, visit.Patient,
            Now - 60_000_000, Now + 6 * 3_600_000_000L, proxy))).Token);
    }

    /// <summary>A pass by the link of a proxy, who gave their birth date on a device.</summary>
    public async Task<(string Pass, string Device)> Entered(ActingFor proxy)
    {
        var device = Token.New();
        return ((await Asked<Entered>("identity", "prove-birth-date", Caller.Anyone("web"), new ProveBirthDate(proxy.Token, device, ActingFor.Born))).Pass, device);
    }

    public Task<Visit> Booked(TenantId tenant, StaffId clinician, PatientId patient) =>
        Asked<Visit>("scheduling", "book-visit", Admin(tenant), new BookVisit(Key(), tenant, clinician, patient, null, 30));

    public Task<Invited> Member(TenantId tenant, StaffRole role, string? email = null) =>
        Asked<Invited>("identity", "invite-staff", Admin(tenant), new InviteStaff(Key(), tenant, "A Member", email ?? Email(), role));

    /// <summary>A member who has set a password.</summary>
    public async Task<(StaffId Staff, string Email, string Password)> WithPassword(TenantId tenant)
    {
        var (email, password) = (Email(), Token.New());
        var invited = await Member(tenant, StaffRole.Clinician, email);
        await Asked<SignedIn>("identity", "take-invitation", Caller.Anyone("web"), new TakeInvitation(invited.Token, password));
        return (invited.Staff, email, password);
    }

    /// <summary>The secret of a new login. <paramref name="way"/>: <c>password</c> for one that is not whole.</summary>
    public async Task<string> Login(StaffId staff, string way = "passkey")
    {
        var secret = Token.New();
        await Run($"INSERT INTO logins (id, secret_hash, staff, way, agent, created_at, used_at) VALUES (@a, @b, @c, @d, '', {Now}, {Now})",
            new LoginId(Guid.NewGuid()).ToString(), Token.Hash(secret), staff.ToString(), way);
        return secret;
    }

    /// <summary>A new link of the patient of a visit.</summary>
    public async Task<string> Link(Clinic clinic, Visit visit) => (await Asked<LinkCreated>("identity", "create-link", Admin(clinic.Tenant), new CreateLink(Key(), clinic.Tenant, visit.Id, visit.Call,
        clinic.PatientIn(visit).Id, VisitRole.Patient, visit.Patient, Now - 60_000_000, Now + 3_600_000_000))).Token;

    public async Task<T> Asked<T>(string service, string verb, Caller caller, object request)
    {
        var heard = await Ask(service, verb, caller, Text(request));
        return heard.Served
            ? JsonDocument.Parse(heard.Body).RootElement.GetProperty("value").Deserialize<T>(ContractsJson.Default.Options)!
            : throw new InvalidOperationException($"{service}/{verb} of the scene: {heard}");
    }

    public async Task<Heard> Ask(string service, string verb, Caller caller, string body)
    {
        if (!_ways.TryGetValue(caller.Service, out var way)) way = _ways[caller.Service] = Inside.Http(platform.Data, service, caller.Service); // one process: one place
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/contract/{service}/{verb}") { Version = new Version(2, 0), Content = new StringContent(body, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in (IEnumerable<(string, string?)>)[(CallerHeaders.Tenant, caller.Tenant), (CallerHeaders.Actor, caller.Actor), (CallerHeaders.Role, caller.Role)])
            if (value is not null) request.Headers.Add(name, value);
        using var response = await way.SendAsync(request);
        return new Heard((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public static string Text(object request) => JsonSerializer.Serialize(request, request.GetType(), request.GetType().Assembly == typeof(PlatformJson).Assembly ? PlatformJson.Default.Options : ContractsJson.Default.Options);

    public async Task Run(string sql, params IReadOnlyList<string> values)
    {
        await using var connection = Store("identity");
        await connection.OpenAsync();
        await using var command = new SqliteCommand(sql, connection);
        foreach (var (number, value) in values.Index()) command.Parameters.AddWithValue($"@{(char)('a' + number)}", value);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Audit rows that a store holds of what <paramref name="actor"/> did, or of what they did about patients whose id is like <paramref name="patient"/>.</summary>
    public async Task<long> Audited(string service, string actor, string? patient = null)
    {
        await using var connection = Store(service);
        await connection.OpenAsync();
        await using var command = new SqliteCommand("SELECT COUNT(*) FROM audit_outbox WHERE actor = @actor AND (@patient = '' OR patient LIKE @patient)", connection);
        command.Parameters.AddWithValue("@actor", actor);
        command.Parameters.AddWithValue("@patient", patient ?? "");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    SqliteConnection Store(string service) => new($"Data Source={Path.Combine(platform.Data, "stores", service, "store.db")};Pooling=false;Default Timeout=30");

    public async ValueTask DisposeAsync()
    {
        foreach (var way in _ways.Values) way.Dispose();
        await platform.DisposeAsync();
    }
}

/// <summary>One pair of clinics for all that only asks.</summary>
[CollectionDefinition(Name)]
public sealed class SharedClinics : IAsyncLifetime, ICollectionFixture<SharedClinics>
{
    public const string Name = "two clinics";

    TwoClinics? _all;

    internal TwoClinics All => _all!;

    public async ValueTask InitializeAsync() => _all = await TwoClinics.Open();
    public ValueTask DisposeAsync() => _all?.DisposeAsync() ?? default;
}

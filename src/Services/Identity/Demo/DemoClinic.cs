using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Identity.Logins;
using FirstRing.Identity.Tenants;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;

namespace FirstRing.Identity.Demo;

/// <summary>
/// The clinic that a fresh data folder gets, so that a stranger can try a visit. Its name says what it is, and its phone number is of the range set apart
/// for fiction. The clinician's password is random and lies in <c>demo-sign-in.txt</c>, for its owner's eyes.
/// </summary>
internal sealed class DemoClinic(Store store, Passwords passwords, string dataFolder)
{
    const string Email = "clinician@demo.invalid"; // RFC 2606 §2: never a real address
    static readonly long LinkLife = (long)TimeSpan.FromHours(12).TotalMicroseconds;

    sealed record LinkRow(string Staff, string Tenant, string Role, string Name);

    public string SignInFile => Path.Combine(dataFolder, "demo-sign-in.txt");

    /// <summary>Makes the clinic where the store has no tenant yet.</summary>
    public async Task Ensure(CancellationToken stop)
    {
        if (await store.ReadOne<long>("SELECT COUNT(*) FROM tenants", null, stop) > 0) return;
        var tenant = new Tenant(new TenantId(NewId.Random()), "FirstRing Demo Clinic", "+1 202-555-0143", "America/New_York", Demo: true);
        var clinician = new StaffMember(new StaffId(NewId.Random()), tenant.Id, StaffRole.Clinician, "Dr. Demo Clinician");
        var password = Token.New();
        var (emailHash, passwordHash) = (await TenantStore.EmailHash(store, Email, stop), passwords.Hash(password));
        // Before the commit: a crash in between leaves a file for a password that never was, never a password that nobody knows.
        WriteSignIn(password);
        await store.Commit(Caller.System(store.Service, tenant.Id.ToString()), async transaction =>
        {
            await TenantStore.Insert(transaction, tenant);
            await TenantStore.Insert(transaction, clinician, emailHash, passwordHash);
            transaction.Audit("create-demo-clinic", tenant.Id.ToString());
            return Done.Yes;
        }, stop);
    }

    /// <summary>A token that signs the clinician in, as often as it is clicked, for half a day.</summary>
    public Task<string> NewLink(Caller caller, StaffMember clinician, CancellationToken stop) =>
        store.Commit(LoginStore.As(caller, clinician), async transaction =>
        {
            var token = Token.New();
            await transaction.Execute("DELETE FROM demo_links WHERE expires_at <= @Now", new { transaction.Now });
            await transaction.Execute("INSERT INTO demo_links (token_hash, staff, expires_at) VALUES (@hash, @staff, @expires)",
                new { hash = Token.Hash(token), staff = clinician.Id.ToString(), expires = transaction.Now + LinkLife });
            transaction.Audit("create-demo-link", clinician.Id.ToString());
            return token;
        }, stop);

    /// <summary>The clinician whom a token signs in; null for a wrong or old one.</summary>
    public async Task<StaffMember?> Find(string token, CancellationToken stop) => await store.ReadOne<LinkRow>(
        """
        SELECT s.id AS Staff, s.tenant AS Tenant, s.role AS Role, s.name AS Name FROM demo_links d JOIN staff s ON s.id = d.staff JOIN tenants t ON t.id = s.tenant
        WHERE d.token_hash = @hash AND d.expires_at > @now AND t.demo = 1
        """, new { hash = Token.Hash(token), now = store.Clock.Microseconds() }, stop) is { } row
        ? new StaffMember(StaffId.Parse(row.Staff, null), TenantId.Parse(row.Tenant, null), WireName.To<StaffRole>(row.Role), row.Name)
        : null;

    void WriteSignIn(string password)
    {
        using var file = new StreamWriter(new FileStream(SignInFile, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }));
        file.Write($"{Email} {password}\n");
    }
}

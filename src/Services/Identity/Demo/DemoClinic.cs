using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Identity.Factors;
using FirstRing.Identity.Logins;
using FirstRing.Identity.Tenants;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;

namespace FirstRing.Identity.Demo;

/// <summary>
/// The clinic that a fresh data folder gets, so that a stranger can try a visit. Its name says what it is, and its phone number is of the range set apart
/// for fiction. Its clinician and its admin sign in as staff do, by password and code; both secrets are random and lie in <c>demo-sign-in.txt</c>, for its
/// owner's eyes: a line each with e-mail address, password and the secret of the codes.
/// </summary>
internal sealed class DemoClinic(Store store, Passwords passwords, string dataFolder)
{
    static readonly long LinkLife = (long)TimeSpan.FromHours(12).TotalMicroseconds;

    sealed record DemoMember(StaffRole Role, string Name, string Email)
    {
        public string Password { get; } = Token.New();
        public byte[] Seed { get; } = TotpSeed.New();
    }

    sealed record LinkRow(string Staff, string Tenant, string Role, string Name);

    public string SignInFile => Path.Combine(dataFolder, "demo-sign-in.txt");

    /// <summary>Makes the clinic where the store has no tenant yet.</summary>
    public async Task Ensure(CancellationToken stop)
    {
        if (await store.ReadOne<long>("SELECT COUNT(*) FROM tenants", null, stop) > 0) return;
        var tenant = new Tenant(new TenantId(NewId.Random()), "FirstRing Demo Clinic", "+1 202-555-0143", "America/New_York", Demo: true);
        // RFC 2606 §2: never a real address
        DemoMember[] staff = [new(StaffRole.Clinician, "Dr. Demo Clinician", "clinician@demo.invalid"), new(StaffRole.Admin, "Demo Admin", "admin@demo.invalid")];
        var hashes = new List<(string Email, string Password)>();
        foreach (var one in staff) hashes.Add((await TenantStore.EmailHash(store, one.Email, stop), passwords.Hash(one.Password)));
        // Before the commit: a crash in between leaves a file for a password that never was, never a password that nobody knows.
        WriteSignIn(staff);
        await store.Commit(Caller.System(store.Service, tenant.Id.ToString()), async transaction =>
        {
            await TenantStore.Insert(transaction, tenant);
            foreach (var (one, hash) in staff.Zip(hashes))
            {
                var member = new StaffMember(new StaffId(NewId.Random()), tenant.Id, one.Role, one.Name);
                await TenantStore.Insert(transaction, member, hash.Email, hash.Password);
                await FactorStore.Keep(transaction, member, one.Seed, confirmed: true);
            }
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

    void WriteSignIn(IEnumerable<DemoMember> staff)
    {
        using var file = new StreamWriter(new FileStream(SignInFile, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }));
        foreach (var one in staff) file.Write($"{one.Email} {one.Password} {TotpSeed.Text(one.Seed)}\n");
    }
}

using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Egress;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;
using Microsoft.Extensions.Logging;
using VendorStore = FirstRing.Identity.Vendors.VendorStore;
using VendorWatch = FirstRing.Identity.Vendors.VendorWatch;

namespace FirstRing.Tests.Identity.Vendors;

/// <summary>The registry of agreements on a fresh store.</summary>
public sealed class AgreementTests
{
    static readonly DateOnly Today = DateOnly.FromDateTime(TestStore.Start.UtcDateTime);

    static VendorTerms Terms(int from = -10, int until = 100, string host = "api.vendor.example", params DataClass[] classes) =>
        new("Vendor", "BAA-1", Today.AddDays(from), Today.AddDays(until), classes.Length > 0 ? classes : [DataClass.Phi], [host]);

    static void Act(Clinic clinic, string role = "admin", TenantId? tenant = null) => Acting.As(new Caller("web", (tenant ?? clinic.Tenant).ToString(), "stf_test", role));

    static async Task<Vendor> Add(Clinic clinic, VendorTerms? terms = null, string key = "k1")
    {
        Act(clinic);
        return (await clinic.Vendors.AddVendor(new AddVendor(key, clinic.Tenant, terms ?? Terms()), default)).Value!;
    }

    static async Task<IReadOnlyList<HostAgreement>> Find(Clinic clinic, string host = "api.vendor.example", TenantId? tenant = null)
    {
        Acting.As(Caller.System("web"));
        return (await clinic.Vendors.FindAgreements(new FindAgreements(tenant ?? clinic.Tenant, host), default)).Value!.Agreements;
    }

    [Theory, BothDialects]
    public async Task An_agreement_is_kept_as_it_was_entered_and_found_by_its_host(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        var added = await Add(clinic, Terms(classes: [DataClass.Phi, DataClass.Operational, DataClass.Phi]) with { Name = " Vendor ", Hosts = ["SMTP.Vendor.Example ", "api.vendor.example", "api.vendor.example"] });
        Assert.Equal(("Vendor", "BAA-1"), (added.Terms.Name, added.Terms.Agreement));
        Assert.Equal([DataClass.Operational, DataClass.Phi], added.Terms.DataClasses);
        Assert.Equal(["api.vendor.example", "smtp.vendor.example"], added.Terms.Hosts);
        Act(clinic);
        var listed = Assert.Single((await clinic.Vendors.ListVendors(new ListVendors(clinic.Tenant), default)).Value!.Vendors);
        Assert.Equal((added.Id, Today.AddDays(-10), Today.AddDays(100)), (listed.Id, listed.Terms.From, listed.Terms.Until));
        Assert.Equal(added.Terms.Hosts, listed.Terms.Hosts);
        Assert.False(Assert.Single(await Find(clinic)).Ended);
        Assert.Single(await Find(clinic, "SMTP.vendor.example"));
        Assert.Empty(await Find(clinic, "vendor.example"));
        Assert.Empty(await Find(clinic, "not a host"));
    }

    [Theory, BothDialects]
    public async Task Sent_twice_it_is_one_and_another_under_its_key_is_refused(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        Assert.Equal((await Add(clinic)).Id, (await Add(clinic)).Id);
        Act(clinic);
        Assert.Equal("idempotency-mismatch", (await clinic.Vendors.AddVendor(new AddVendor("k1", clinic.Tenant, Terms(host: "b.example")), default)).Refused?.Code);
    }

    [Theory, BothDialects]
    public async Task An_edit_changes_its_hosts_and_an_end_is_final(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        var added = await Add(clinic);
        Act(clinic);
        Assert.Equal(["b.vendor.example"], (await clinic.Vendors.EditVendor(new EditVendor(clinic.Tenant, added.Id, Terms(host: "b.vendor.example")), default)).Value!.Terms.Hosts);
        Assert.Empty(await Find(clinic));
        Assert.Single(await Find(clinic, "b.vendor.example"));
        Act(clinic);
        var ended = (await clinic.Vendors.EndVendor(new EndVendor(clinic.Tenant, added.Id), default)).Value!;
        Assert.Equal(ended, (await clinic.Vendors.EndVendor(new EndVendor(clinic.Tenant, added.Id), default)).Value! with { Terms = ended.Terms });
        Assert.Equal("vendor-ended", (await clinic.Vendors.EditVendor(new EditVendor(clinic.Tenant, added.Id, Terms()), default)).Refused?.Code);
        Assert.True(Assert.Single(await Find(clinic, "b.vendor.example")).Ended);
        Assert.Equal(["add-vendor", "edit-vendor", "end-vendor"], await clinic.Store.Store.ReadList<string>(
            "SELECT action FROM audit_outbox WHERE subject = @id ORDER BY counter", new { id = added.Id.ToString() }, default));
    }

    [Theory]
    [InlineData("vendor-name-wrong"), InlineData("agreement-wrong"), InlineData("agreement-days-wrong"), InlineData("data-class-missing"), InlineData("hosts-wrong")]
    public async Task Terms_that_make_no_sense_are_refused(string code)
    {
        await using var clinic = await Clinic.Open(Dialect.Sqlite);
        Act(clinic);
        var good = Terms();
        VendorTerms[] bad = code switch
        {
            "vendor-name-wrong" => [good with { Name = " " }, good with { Name = new string('x', 101) }],
            "agreement-wrong" => [good with { Agreement = "" }, good with { Agreement = new string('x', 101) }],
            "agreement-days-wrong" => [good with { Until = good.From.AddDays(-1) }, good with { Until = good.From.AddYears(10).AddDays(1) }],
            "data-class-missing" => [good with { DataClasses = [] }],
            _ => [good with { Hosts = [] }, good with { Hosts = ["127.0.0.1"] }, good with { Hosts = ["a.example", "*.example"] }, good with { Hosts = [.. Enumerable.Range(0, 21).Select(i => $"h{i}.example")] }],
        };
        foreach (var terms in bad) Assert.Equal(code, (await clinic.Vendors.AddVendor(new AddVendor(Token.New(), clinic.Tenant, terms), default)).Refused?.Code);
    }

    [Theory, BothDialects]
    public async Task Only_an_admin_of_the_clinic_touches_them(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        var added = await Add(clinic);
        foreach (var (role, tenant) in new (string, TenantId?)[] { ("clinician", null), ("front-desk", null), ("service", null), ("admin", new TenantId(NewId.Random())) })
        {
            Act(clinic, role, tenant);
            Assert.True(await NotAllowed.Is(() => clinic.Vendors.ListVendors(new ListVendors(clinic.Tenant), default)));
            Assert.True(await NotAllowed.Is(() => clinic.Vendors.AddVendor(new AddVendor("k2", clinic.Tenant, Terms()), default)));
            Assert.True(await NotAllowed.Is(() => clinic.Vendors.EditVendor(new EditVendor(clinic.Tenant, added.Id, Terms(host: "evil.example")), default)));
            Assert.True(await NotAllowed.Is(() => clinic.Vendors.EndVendor(new EndVendor(clinic.Tenant, added.Id), default)));
            Assert.True(await NotAllowed.Is(() => clinic.Vendors.CheckVendor(new CheckVendor(clinic.Tenant, added.Id), default)));
        }
        var stranger = new TenantId(NewId.Random());
        Act(clinic, "admin", stranger);
        Assert.Equal("no-such-vendor", (await clinic.Vendors.EndVendor(new EndVendor(stranger, added.Id), default)).Refused?.Code);
        Assert.Equal("no-such-vendor", (await clinic.Vendors.EditVendor(new EditVendor(stranger, added.Id, Terms()), default)).Refused?.Code);
        Assert.Equal("no-such-vendor", (await clinic.Vendors.CheckVendor(new CheckVendor(stranger, added.Id), default)).Refused?.Code);
        Assert.Empty(await Find(clinic, tenant: stranger));
        Assert.Single(await Find(clinic));
    }

    [Theory, BothDialects]
    public async Task An_alert_is_raised_thirty_days_before_the_end_and_once(Dialect dialect)
    {
        await using var test = await TestStore.Open(dialect, new TestStoreOptions("identity", [typeof(FirstRing.Identity.IdentityModule)],
            type => type == EventTypes.AgreementExpires ? ["notifications"] : []));
        var (tenant, soon, later) = (new TenantId(NewId.Random()), new Vendor(new VendorId(NewId.Random()), Terms(until: 31), null, null), new Vendor(new VendorId(NewId.Random()), Terms(until: 300), null, null));
        var store = new VendorStore(test.Store);
        Task Do(Func<Transaction, Task> work) => store.Commit(Caller.System("identity", tenant.ToString()), async transaction => { await work(transaction); return true; }, default);
        var (admin, other, gone) = (new StaffId(NewId.Random()), new StaffId(NewId.Random()), new StaffId(NewId.Random()));
        await Do(async transaction =>
        {
            await transaction.Execute("INSERT INTO tenants (id, name, phone, zone, demo, created_at) VALUES (@tenant, 'Clinic', '+1 555-0100', 'UTC', 0, 1)", new { tenant = tenant.ToString() });
            foreach (var (id, role, disabled) in ((StaffId, string, long?)[])[(admin, "admin", null), (other, "auditor", null), (gone, "admin", 1)])
                await transaction.Execute("INSERT INTO staff (id, tenant, role, name, email_hash, password_hash, created_at, disabled_at) VALUES (@id, @tenant, @role, '', @id, '', 1, @disabled)",
                    new { id = id.ToString(), tenant = tenant.ToString(), role, disabled });
        });
        foreach (var vendor in new[] { soon, later }) await Do(transaction => VendorStore.Insert(transaction, tenant, vendor));

        var log = new Lines();
        using var watch = new VendorWatch(store, log);
        Assert.Equal(0, await watch.Look(default));
        test.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(1, await watch.Look(default));
        Assert.Equal(0, await watch.Look(default));
        Assert.Equal($"Agreement {soon.Id} of {tenant} expires in 30 days", Assert.Single(log.Said));
        Assert.Equal([("vendor-expires", soon.Id.ToString(), tenant.ToString())], await test.Store.ReadList<(string, string, string)>("SELECT action, subject, tenant FROM audit_outbox", null, default));
        var told = JsonSerializer.Deserialize(await test.Store.ReadOne<string>("SELECT body FROM outbox", null, default) ?? "", ContractsJson.Default.AgreementExpires)!;
        Assert.Equal((tenant, soon.Id, soon.Terms.Until, admin), (told.Tenant, told.Vendor, told.Until, Assert.Single(told.Admins)));
        Assert.NotNull((await store.List(tenant, default)).Single(vendor => vendor.Id == soon.Id).AlertedAt);
        Assert.Null((await store.List(tenant, default)).Single(vendor => vendor.Id == later.Id).AlertedAt);

        // A new end is a new alert; an agreement that was ended needs none.
        await Do(transaction => VendorStore.Update(transaction, tenant, soon with { Terms = Terms(until: 60) }));
        Assert.Equal(0, await watch.Look(default));
        test.Clock.Advance(TimeSpan.FromDays(29));
        Assert.Equal(1, await watch.Look(default));
        await Do(transaction => VendorStore.End(transaction, later.Id));
        test.Clock.Advance(TimeSpan.FromDays(250));
        Assert.Equal(0, await watch.Look(default));
    }

    [Fact]
    public async Task The_service_itself_looks()
    {
        await using var clinic = await Clinic.Open(Dialect.Sqlite);
        var added = await Add(clinic, Terms(until: 31));
        clinic.Store.Clock.Advance(TimeSpan.FromDays(1));
        for (var i = 0; i < 200; i++)
        {
            Act(clinic);
            if ((await clinic.Vendors.ListVendors(new ListVendors(clinic.Tenant), default)).Value!.Vendors.Single().AlertedAt is not null) return;
            await Task.Delay(50);
        }
        Assert.Fail($"{added.Id} was not alerted");
    }

    [Fact]
    public async Task A_check_says_for_each_host_what_came_of_it()
    {
        await using var clinic = await Clinic.Open(Dialect.Sqlite);
        var added = await Add(clinic, Terms() with { Hosts = ["localhost"] });
        Act(clinic);
        var found = (await clinic.Vendors.CheckVendor(new CheckVendor(clinic.Tenant, added.Id), default)).Value!;
        Assert.Equal([new HostChecked("localhost", "egress-address-not-allowed")], found.Hosts);
        clinic.Store.Clock.AdjustTime(clinic.Store.Clock.GetUtcNow() + TimeSpan.FromDays(101)); // without a beat of each watch on the way
        Assert.Equal([new HostChecked("localhost", "egress-agreement-expired")], (await clinic.Vendors.CheckVendor(new CheckVendor(clinic.Tenant, added.Id), default)).Value!.Hosts);
    }

    sealed class Lines : ILogger<VendorWatch>
    {
        public List<string> Said { get; } = [];
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => true;
        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Said.Add(formatter(state, exception));
    }
}

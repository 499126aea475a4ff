using System.Globalization;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Egress;
using FirstRing.Platform.Http;
using FirstRing.Platform.Storage;

namespace FirstRing.Identity.Vendors;

/// <summary>Every statement on <c>vendors</c> and <c>vendor_hosts</c>. Days are text as ISO 8601 has them, so that they compare as days do.</summary>
internal sealed class VendorStore(Store store)
{
    const string Columns =
        """
        SELECT id AS Id, tenant AS Tenant, name AS Name, agreement AS Agreement, from_day AS FromDay, until_day AS UntilDay, data_classes AS DataClasses,
               ended_at AS EndedAt, alerted_at AS AlertedAt FROM vendors
        """;

    sealed record Row(string Id, string Tenant, string Name, string Agreement, string FromDay, string UntilDay, string DataClasses, long? EndedAt, long? AlertedAt);
    sealed record HostRow(string Vendor, string Host);
    sealed record AgreementRow(string FromDay, string UntilDay, string DataClasses, long? EndedAt);

    public TimeProvider Clock => store.Clock;

    public Task<T> Commit<T>(Caller caller, Func<Transaction, Task<T>> work, CancellationToken stop) => store.Commit(caller, work, stop);

    public async Task<IReadOnlyList<Vendor>> List(TenantId tenant, CancellationToken stop)
    {
        var rows = await store.ReadList<Row>($"{Columns} WHERE tenant = @tenant ORDER BY until_day, id", new { tenant = tenant.ToString() }, stop);
        var hosts = (await store.ReadList<HostRow>("SELECT vendor AS Vendor, host AS Host FROM vendor_hosts WHERE tenant = @tenant ORDER BY host", new { tenant = tenant.ToString() }, stop))
            .ToLookup(row => row.Vendor, row => row.Host);
        return [.. rows.Select(row => ToVendor(row, hosts[row.Id]))];
    }

    /// <summary>The vendor, held until the transaction ends.</summary>
    public static async Task<Vendor?> Hold(Transaction transaction, TenantId tenant, VendorId id)
    {
        var row = await transaction.One<Row>($"{Columns} WHERE tenant = @tenant AND id = @id{transaction.ForUpdate()}", new { tenant = tenant.ToString(), id = id.ToString() });
        return row is null ? null : ToVendor(row, await transaction.List<string>("SELECT host FROM vendor_hosts WHERE vendor = @Id ORDER BY host", new { row.Id }));
    }

    /// <summary>The agreements of a tenant that name a host, valid or not.</summary>
    public async Task<IReadOnlyList<Agreement>> Agreements(string tenant, HostName host, CancellationToken stop) =>
        [.. (await store.ReadList<AgreementRow>(
            """
            SELECT v.from_day AS FromDay, v.until_day AS UntilDay, v.data_classes AS DataClasses, v.ended_at AS EndedAt
            FROM vendor_hosts h JOIN vendors v ON v.id = h.vendor WHERE h.tenant = @tenant AND h.host = @Text
            """, new { tenant, host.Text }, stop)).Select(row => new Agreement(Day(row.FromDay), Day(row.UntilDay), row.EndedAt is not null, row.DataClasses.Split(' ')))];

    public static async Task Insert(Transaction transaction, TenantId tenant, Vendor vendor)
    {
        await transaction.Execute(
            """
            INSERT INTO vendors (id, tenant, name, agreement, from_day, until_day, data_classes, created_at)
            VALUES (@id, @tenant, @Name, @Agreement, @from, @until, @classes, @Now)
            """, Values(transaction, tenant, vendor));
        await InsertHosts(transaction, tenant, vendor);
    }

    public static async Task Update(Transaction transaction, TenantId tenant, Vendor vendor)
    {
        await transaction.Execute("UPDATE vendors SET name = @Name, agreement = @Agreement, from_day = @from, until_day = @until, data_classes = @classes WHERE id = @id AND tenant = @tenant",
            Values(transaction, tenant, vendor));
        await transaction.Execute("DELETE FROM vendor_hosts WHERE vendor = @id", new { id = vendor.Id.ToString() });
        await InsertHosts(transaction, tenant, vendor);
    }

    public static Task End(Transaction transaction, VendorId id) =>
        transaction.Execute("UPDATE vendors SET ended_at = @Now WHERE id = @id AND ended_at IS NULL", new { id = id.ToString(), transaction.Now });

    const string Expiring = "ended_at IS NULL AND until_day <= @day AND (alerted_for IS NULL OR alerted_for <> until_day)";

    /// <summary>The clinics with agreements that <see cref="TakeExpiring"/> would take.</summary>
    public async Task<IReadOnlyList<TenantId>> TenantsExpiring(DateOnly day, CancellationToken stop) =>
        [.. (await store.ReadList<string>($"SELECT DISTINCT tenant FROM vendors WHERE {Expiring} ORDER BY tenant", new { day = Text(day) }, stop)).Select(tenant => TenantId.Parse(tenant, null))];

    /// <summary>Those of a clinic that end by <paramref name="day"/> and were not alerted for that end yet, marked as alerted now.</summary>
    public static async Task<IReadOnlyList<(VendorId Id, DateOnly Until)>> TakeExpiring(Transaction transaction, TenantId tenant, DateOnly day)
    {
        var rows = await transaction.List<Row>($"{Columns} WHERE tenant = @tenant AND {Expiring} ORDER BY until_day{transaction.SkipLocked()}", new { tenant = tenant.ToString(), day = Text(day) });
        foreach (var row in rows)
            await transaction.Execute("UPDATE vendors SET alerted_for = until_day, alerted_at = @Now WHERE id = @Id", new { row.Id, transaction.Now });
        return [.. rows.Select(row => (VendorId.Parse(row.Id, null), Day(row.UntilDay)))];
    }

    static Task InsertHosts(Transaction transaction, TenantId tenant, Vendor vendor) => transaction.Execute(
        "INSERT INTO vendor_hosts (tenant, host, vendor) VALUES (@tenant, @host, @id)",
        vendor.Terms.Hosts.Select(host => new { tenant = tenant.ToString(), host, id = vendor.Id.ToString() }));

    static object Values(Transaction transaction, TenantId tenant, Vendor vendor) => new
    {
        id = vendor.Id.ToString(),
        tenant = tenant.ToString(),
        vendor.Terms.Name,
        vendor.Terms.Agreement,
        from = Text(vendor.Terms.From),
        until = Text(vendor.Terms.Until),
        classes = string.Join(' ', vendor.Terms.DataClasses.Select(WireName.Of)),
        transaction.Now,
    };

    static Vendor ToVendor(Row row, IEnumerable<string> hosts) => new(VendorId.Parse(row.Id, null),
        new VendorTerms(row.Name, row.Agreement, Day(row.FromDay), Day(row.UntilDay), [.. row.DataClasses.Split(' ').Select(WireName.To<DataClass>)], [.. hosts]), row.EndedAt, row.AlertedAt);

    static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}

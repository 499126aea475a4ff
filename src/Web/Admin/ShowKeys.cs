using System.Globalization;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Keys;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Ids;
using FirstRing.Web.Clinician;
using FirstRing.Web.Front;
using FirstRing.Web.Rendering;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Admin;

/// <summary>What the clinic's data is sealed with: the versions of its key, what every service holds under them, and what is to become of them.</summary>
internal static class ShowKeys
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/keys", (HttpContext http, Neighbours neighbours, TimeProvider clock, CancellationToken stop) => Show(http, neighbours, clock, wrong: false, stop));

    /// <param name="wrong">The clinic's name was not typed right.</param>
    public static async Task<IResult> Show(HttpContext http, Neighbours neighbours, TimeProvider clock, bool wrong, CancellationToken stop)
    {
        var staff = StaffLogin.Of(http).Staff;
        if ((await neighbours.Identity.GetTenant(new GetTenant(staff.Tenant), stop)).Value is not { } tenant) return Problem.Broken;
        var listed = await neighbours.Keys.ListKeys(new ListKeys(staff.Tenant), stop);
        if (listed.Refused is { } why) return Refusals.Of(why);
        var (zone, now, keys) = (Moments.ZoneOf(tenant), clock.Microseconds(), listed.Value!);
        return new Page(new KeysView(tenant.Name, staff, tenant.Demo, keys.Provider,
            [.. keys.Versions.Reverse().Select((version, place) => new VersionRow(version.Version, Date(version.CreatedAt, zone), Age(version.CreatedAt, now), place == 0))],
            [.. keys.Stored.Select(key => new StoredRow(key.Service, key.Purpose, key.KeyEpoch, key.KekVersion, key.Sealed, Date(key.CreatedAt, zone), IsNewest(key, keys.Stored)))
                .OrderByDescending(row => row.Current).ThenBy(row => row.Service, StringComparer.Ordinal).ThenByDescending(row => row.KeyEpoch)],
            keys.Silent, keys.Destruction is { DestroyedAt: null } due ? new Due(Date(due.DueAt, zone), Moments.Time(due.DueAt, zone)) : null,
            keys.Destruction?.DestroyedAt is { } destroyed ? Date(destroyed, zone) : null, Token.New(), wrong), "clinic.css",
            status: wrong ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status200OK);
    }

    static bool IsNewest(StoredKey key, IReadOnlyList<StoredKey> all) => !all.Any(other => other.Service == key.Service && other.Purpose == key.Purpose && other.KeyEpoch > key.KeyEpoch);
    static string Date(long at, TimeZoneInfo zone) => Moments.Local(at, zone).ToString("MMMM d, yyyy", CultureInfo.InvariantCulture);
    static int Age(long from, long now) => Math.Max(0, (int)TimeSpan.FromMicroseconds(now - from).TotalDays);
}

internal sealed record VersionRow(int Version, string Since, int Days, bool Current);
internal sealed record StoredRow(string Service, string Purpose, long KeyEpoch, long Version, long Sealed, string Since, bool Current);
internal sealed record Due(string Day, string Time);

/// <summary><paramref name="Key"/>: one rotation for one form, however often it is sent. <paramref name="Destroyed"/>: the day, null while there are keys.</summary>
internal sealed record KeysView(string Clinic, StaffMember Me, bool Demo, string Provider, IReadOnlyList<VersionRow> Versions, IReadOnlyList<StoredRow> Stored, IReadOnlyList<string> Silent,
    Due? Due, string? Destroyed, string Key, bool Wrong) : IView
{
    public Type Body => typeof(KeysSheet);
    public string Title(Texts texts) => texts["keys.title"];
}

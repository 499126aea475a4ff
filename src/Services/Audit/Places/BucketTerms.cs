using System.Globalization;
using FirstRing.Contracts;
using FirstRing.Platform.Egress;
using Microsoft.Extensions.Configuration;

namespace FirstRing.Audit.Places;

/// <summary>
/// The store elsewhere, as the operator named it. <paramref name="KeyFile"/>: two lines, the access key and its secret, read at each use. <paramref name="Days"/>: how long a segment
/// is kept, unless a clinic in it has more in <paramref name="Longer"/>. <paramref name="Agreement"/>: with whoever runs the store; segments are of all clinics, so it is the
/// operator's own and stands here.
/// </summary>
internal sealed record BucketTerms(Uri Endpoint, string Region, string Bucket, string Prefix, string KeyFile, int Days, IReadOnlyDictionary<string, int> Longer, Agreement Agreement)
{
    /// <summary>45 CFR 164.316(b)(2)(i): six years, with both leap days that they can have.</summary>
    public const int LeastDays = 2192;

    const int UsualDays = LeastDays + 30;

    /// <summary>Entries name people by keyed tags, with times and clinics, and say what they say sealed: a keeper who can open nothing needs an agreement all the same.</summary>
    public static readonly string DataClass = WireName.Of(Contracts.Identity.DataClass.LinkedPhi);

    public string Place => $"{Endpoint.Authority}/{Bucket}/{Prefix}";

    /// <summary>For how many days a segment with these tenants' entries is kept.</summary>
    public int DaysFor(IEnumerable<string> tenants) => tenants.Select(tenant => Longer.GetValueOrDefault(tenant)).Append(Days).Max();

    /// <summary>What the way out asks: the agreement is about this host and no other.</summary>
    public Task<IReadOnlyList<Agreement>> Agreements(string tenant, HostName host, CancellationToken stop) =>
        Task.FromResult<IReadOnlyList<Agreement>>(host.Text == Endpoint.IdnHost ? [Agreement] : []);

    /// <summary>From <c>Store:Endpoint</c>, <c>:Region</c>, <c>:Bucket</c>, <c>:Prefix</c>, <c>:KeyFile</c>, <c>:Days</c>, <c>:Longer:{tenant}</c> and <c>:Agreement:With</c>, <c>:From</c>,
    /// <c>:Until</c> of the module's section; null where there is no endpoint: then segments stay in the folder.</summary>
    /// <exception cref="InvalidOperationException">Something of it is missing or cannot be: the start is refused.</exception>
    public static BucketTerms? Read(IConfiguration settings)
    {
        var store = settings.GetSection("Store");
        if (store["Endpoint"] is not { Length: > 0 } endpoint) return null;
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var at) || at.Scheme != Uri.UriSchemeHttps || at.PathAndQuery != "/" || !HostName.TryParse(at.IdnHost, out _))
            throw new InvalidOperationException("Store:Endpoint of the audit log is no https address of a host by its name.");
        var days = DaysIn(store, "Days") ?? UsualDays;
        var longer = store.GetSection("Longer").GetChildren().ToDictionary(tenant => tenant.Key, tenant => DaysIn(store.GetSection("Longer"), tenant.Key) ?? 0);
        if (longer.Values.Append(days).Any(each => each < LeastDays)) throw new InvalidOperationException($"Store:Days of the audit log is below six years ({LeastDays} days).");
        var keys = Needed(store, "KeyFile");
        if (!File.Exists(keys)) throw new InvalidOperationException("Store:KeyFile of the audit log is not there.");
        if ((File.GetUnixFileMode(keys) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != UnixFileMode.None) throw new InvalidOperationException("Store:KeyFile of the audit log may be read by its owner alone (mode 600).");
        Needed(store, "Agreement:With");
        return new BucketTerms(at, store["Region"] ?? "us-east-1", Needed(store, "Bucket"), store["Prefix"] is { Length: > 0 } prefix ? prefix.TrimEnd('/') + "/" : "", keys, days, longer,
            new Agreement(Day(store, "Agreement:From"), Day(store, "Agreement:Until"), Ended: false, [DataClass]));
    }

    static string Needed(IConfiguration store, string name) => store[name] is { Length: > 0 } value ? value : throw new InvalidOperationException($"Store:{name} of the audit log is missing.");

    static DateOnly Day(IConfiguration store, string name) => DateOnly.TryParseExact(Needed(store, name), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
        ? day
        : throw new InvalidOperationException($"Store:{name} of the audit log is no day (2027-01-31).");

    static int? DaysIn(IConfiguration section, string name) => section[name] is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) ? days
        : throw new InvalidOperationException($"Store:{name} of the audit log is no number of days.");
}

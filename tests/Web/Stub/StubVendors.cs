using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Ids;

namespace FirstRing.Tests.Web.Stub;

/// <summary>The registry of agreements, in memory. Refuses what <see cref="Refuses"/> says.</summary>
internal sealed class StubVendors : IVendorsClient
{
    readonly Dictionary<string, Vendor> _byKey = [];

    public List<Vendor> All { get; } = [];
    public Refusal? Refuses { get; set; }
    public string Outcome { get; set; } = "reached";

    public Vendor Put(string name, DateOnly from, DateOnly until, long? endedAt = null, params DataClass[] classes)
    {
        var vendor = new Vendor(new VendorId(NewId.Random()), new VendorTerms(name, $"BAA-{All.Count + 1}", from, until, classes.Length > 0 ? classes : [DataClass.LinkedPhi], ["api.vendor.example"]), endedAt, null);
        All.Add(vendor);
        return vendor;
    }

    static Task<Answer<T>> Say<T>(Answer<T> answer) => Task.FromResult(answer);

    public Task<Answer<VendorList>> ListVendors(ListVendors request, CancellationToken stop) => Say<VendorList>(new VendorList([.. All]));

    public Task<Answer<Vendor>> AddVendor(AddVendor request, CancellationToken stop)
    {
        if (Refuses is { } why) return Say<Vendor>(why);
        if (_byKey.TryGetValue(request.Key, out var there)) return Say<Vendor>(there);
        var vendor = _byKey[request.Key] = new Vendor(new VendorId(NewId.Random()), request.Terms, null, null);
        All.Add(vendor);
        return Say<Vendor>(vendor);
    }

    public Task<Answer<Vendor>> EditVendor(EditVendor request, CancellationToken stop) => Refuses is { } why ? Say<Vendor>(why) : Change(request.Id, vendor => vendor with { Terms = request.Terms });
    public Task<Answer<Vendor>> EndVendor(EndVendor request, CancellationToken stop) => Change(request.Id, vendor => vendor with { EndedAt = 1 });

    Task<Answer<Vendor>> Change(VendorId id, Func<Vendor, Vendor> change)
    {
        var place = All.FindIndex(vendor => vendor.Id == id);
        return Say<Vendor>(place < 0 ? new Refusal("no-such-vendor", "There is no such vendor.", 404) : All[place] = change(All[place]));
    }

    public Task<Answer<VendorChecked>> CheckVendor(CheckVendor request, CancellationToken stop) =>
        Say<VendorChecked>(new VendorChecked([.. All.Single(vendor => vendor.Id == request.Id).Terms.Hosts.Select(host => new HostChecked(host, Outcome))]));

    public Task<Answer<AgreementList>> FindAgreements(FindAgreements request, CancellationToken stop) => throw new NotSupportedException();
}

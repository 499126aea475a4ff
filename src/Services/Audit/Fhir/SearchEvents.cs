using System.Buffers.Text;
using System.Security.Cryptography;
using FirstRing.Audit.Log;
using FirstRing.Audit.Search;
using FirstRing.Platform.Storage;
using Hl7.Fhir.Model;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Audit.Fhir;

/// <summary>Events of a clinic, the newest first, a page at a time. The search is an access like any other.</summary>
internal static class SearchEvents
{
    const string CursorField = "fhir.cursor";

    public static async Task<IResult> Handle(HttpContext http, CancellationToken stop)
    {
        var (asker, refused) = await Asker.Of(http, 's', stop);
        if (asker is null) return refused;
        var (log, tenant) = (http.RequestServices.GetRequiredService<LogStore>(), asker.Tenant.ToString());
        var cursor = http.Request.Query[Asked.Cursor].ToString();
        var (asked, wrong) = cursor.Length > 0 ? (await Open(log, asker, cursor, stop), Outcome.Parameter(Asked.Cursor)) : Asked.Read(http.Request.Query);
        if (asked is null) return wrong;
        var query = new LogQuery(tenant, asked.Patient is { } patient ? await log.Tag(tenant, "patient", patient, stop) : null,
            asked.Agent is { } agent ? await log.Tag(tenant, "actor", agent, stop) : null, null, asked.From, asked.Until, asked.BeforeAt, asked.BeforeSeq, asked.Count + 1);
        var self = $"https://{http.Request.Host}{FhirDoor.Events}";
        return new FhirAnswer(await log.Commit(asker.Caller, async transaction =>
        {
            var found = await LogStore.Find(transaction, query);
            var page = found.Take(asked.Count).Select(entry => Reading.Open(transaction, entry)).ToList();
            transaction.Audit("search-log", ReadEvent.Said(asker, asked.Patient ?? asked.Agent ?? "all"), page.Count == 0 ? "nothing" : "ok", asked.Patient);
            var bundle = new Bundle { Type = Bundle.BundleType.Searchset, SelfLink = new Uri(cursor.Length > 0 ? QueryHelpers.AddQueryString(self, Asked.Cursor, cursor) : self + asked.Said()) };
            if (found.Count > page.Count) bundle.NextLink = new Uri(QueryHelpers.AddQueryString(self, Asked.Cursor, Seal(transaction, asker, asked with { BeforeAt = page[^1].At, BeforeSeq = page[^1].Seq })));
            bundle.Entry = [.. page.Select(one => new Bundle.EntryComponent
            {
                FullUrl = $"{self}/{AuditEvents.IdOf(one)}", Resource = AuditEvents.Of(one), Search = new Bundle.SearchComponent { Mode = Bundle.SearchEntryMode.Match },
            })];
            return bundle;
        }, stop));
    }

    // Sealed for this clinic and this asker: whoever sees the address learns nothing, and nobody else goes on with it.
    static string Seal(Transaction transaction, Asker asker, Asked asked) =>
        Base64Url.EncodeToString(transaction.SealJson(asker.Tenant.ToString(), CursorField, asker.Caller.Actor!, asked, LogJson.Default.Asked));

    static Task<Asked?> Open(LogStore log, Asker asker, string cursor, CancellationToken stop) => log.Commit(asker.Caller, transaction =>
    {
        try { return System.Threading.Tasks.Task.FromResult<Asked?>(transaction.OpenJson(asker.Tenant.ToString(), CursorField, asker.Caller.Actor!, Base64Url.DecodeFromChars(cursor), LogJson.Default.Asked)); }
        catch (Exception failure) when (failure is CryptographicException or FormatException) { return System.Threading.Tasks.Task.FromResult<Asked?>(null); }
    }, stop);
}

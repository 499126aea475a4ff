using System.Globalization;
using FirstRing.Audit.Log;
using FirstRing.Audit.Search;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Audit.Fhir;

/// <summary>One event. The reading is an access like any other.</summary>
internal static class ReadEvent
{
    public static async Task<IResult> Handle(string id, HttpContext http, CancellationToken stop)
    {
        var (asker, refused) = await Asker.Of(http, 'r', stop);
        if (asker is null) return refused;
        if (!long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var seq)) return Outcome.NotFound;
        var found = await http.RequestServices.GetRequiredService<LogStore>().Commit(asker.Caller, async transaction =>
        {
            var opened = await LogStore.Entry(transaction, asker.Tenant.ToString(), seq) is { } entry ? Reading.Open(transaction, entry) : null;
            transaction.Audit("read-log-event", Said(asker, id), opened is null ? Reading.NoSuchEvent.Code : "ok", opened?.Patient);
            return opened;
        }, stop);
        return found is null ? Outcome.Of(Reading.NoSuchEvent) : new FhirAnswer(AuditEvents.Of(found));
    }

    /// <summary>What was read, and by which application where that is not who asks.</summary>
    public static string Said(Asker asker, string what) => asker.Caller.Actor == asker.App.ToString() ? what : $"{what} by {asker.App}";
}

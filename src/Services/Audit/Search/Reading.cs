using System.Security.Cryptography;
using FirstRing.Audit.Log;
using FirstRing.Contracts;
using FirstRing.Contracts.Audit;
using FirstRing.Platform.Http;
using FirstRing.Platform.Storage;

namespace FirstRing.Audit.Search;

/// <summary>Who may read the log, and how an entry is opened for them.</summary>
internal static class Reading
{
    const string Auditor = "auditor";

    public static readonly Refusal NotAllowed = new("not-allowed", "Only an admin or an auditor of the clinic may do this.", 403);
    public static readonly Refusal QueryWrong = new("query-wrong", "At most 200 events at once, from a place that a page before named.", 422);
    public static readonly Refusal NoSuchEvent = new("no-such-event", "There is no such event.", 404);
    public static readonly Refusal NotYetProven = new("not-yet-proven", "This event is too new to be proven. Try again in a moment.", 503);
    public static readonly Refusal ReportTooLong = new("report-too-long", "There are too many events for one report.", 422);

    /// <summary>The caller in that tenant; null where they may not read its log.</summary>
    public static Caller? Allowed(Caller caller, TenantId tenant) =>
        caller.Role == WireName.Of(StaffRole.Admin) || caller.Role == Auditor ? caller.Within(tenant.ToString()) : null;

    public static LogEvent Open(Transaction transaction, LogEntry entry) => Body(transaction, entry) is { } body
        ? new LogEvent(entry.Seq, entry.At, entry.Taken, body.Service, entry.Action, true, body.Actor, body.Role, body.Subject, body.Outcome, body.Patient, entry.Skew, body.Purpose)
        : new LogEvent(entry.Seq, entry.At, entry.Taken, entry.Store, entry.Action, false, "", "", "", "", null, entry.Skew);

    // Shredded, or altered: either way it says nothing any more, and what the log proves is its ciphertext.
    static EntryBody? Body(Transaction transaction, LogEntry entry)
    {
        try { return transaction.OpenJson(entry.Tenant, LogStore.BodyField, $"{entry.Store}/{entry.Counter}", entry.Body, LogJson.Default.EntryBody); }
        catch (CryptographicException) { return null; }
    }
}

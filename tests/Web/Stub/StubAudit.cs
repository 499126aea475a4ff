using System.Text;
using FirstRing.Contracts;
using FirstRing.Contracts.Audit;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Transparency;

namespace FirstRing.Tests.Web.Stub;

/// <summary>An audit log of few entries, in memory, newest last; its proofs are real ones.</summary>
internal sealed class StubAudit : IAuditClient
{
    public List<LogEvent> All { get; } = [];
    public List<SearchLog> Asked { get; } = [];
    public string? Next { get; set; }
    public bool Lies { get; set; }
    public bool Witnessed { get; set; } = true;

    public void Put(string actor, string role, string action, string? patient, string outcome = "ok", int daysAgo = 0, bool readable = true) =>
        All.Add(new LogEvent(All.Count, Instant.Microseconds(TimeProvider.System.GetUtcNow().AddDays(-daysAgo)), 1, "records", action, readable, readable ? actor : "", role, patient ?? "none", outcome, patient, null));

    public Task<Answer<LogPage>> Search(SearchLog request, CancellationToken stop)
    {
        Asked.Add(request);
        return Task.FromResult<Answer<LogPage>>(new LogPage([.. All.Where(one => request.Patient is null || one.Patient == request.Patient.ToString())], Next));
    }

    static byte[] Line(LogEvent one) => Encoding.UTF8.GetBytes($"{{\"seq\":{one.Seq}}}");

    // A tree of two: the entry, and one other.
    public Task<Answer<ProvenEvent>> GetEvent(GetEvent request, CancellationToken stop)
    {
        if (All.FirstOrDefault(one => one.Seq == request.Seq) is not { Seq: 0 } found) return Task.FromResult<Answer<ProvenEvent>>(new Refusal("no-such-event", "There is no such event.", 404));
        var other = Rfc6962.Leaf("other"u8);
        var root = Rfc6962.Node(Rfc6962.Leaf(Line(found)), other);
        var note = new SignedNote(new Checkpoint("log", 2, root).ToString(), [new NoteSignature("log", [1, 2, 3, 4], [5])]);
        return Task.FromResult<Answer<ProvenEvent>>(new ProvenEvent(found, Lies ? [.. Line(found), 32] : Line(found), 2, [other], note.ToString(), Witnessed));
    }

    public Task<Answer<DisclosureReport>> ReportDisclosures(ReportDisclosures request, CancellationToken stop) => throw new NotSupportedException();
}

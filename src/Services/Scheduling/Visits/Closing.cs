using FirstRing.Contracts;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Storage;

namespace FirstRing.Scheduling.Visits;

/// <summary>What ending and not showing up share: hold the visit, decide, save, and tell signaling to close the call if the visit is newly over.</summary>
internal static class Closing
{
    public static async Task<Answer<Visit>> Decide(VisitStore store, Caller caller, TenantId tenant, VisitId id, string action,
        Func<Visit, long, Answer<Visit>> decide, CancellationToken stop)
    {
        if (caller.Within(tenant.ToString()) is not { } acting) return Refusals.NoSuchVisit;
        return await store.Commit(acting, async transaction =>
        {
            if (await VisitStore.Hold(transaction, tenant.ToString(), id) is not { } visit) return Refusals.NoSuchVisit;
            if (IsAnothers(transaction, visit, action)) return Refusals.NotInThisVisit;
            var decided = decide(visit, transaction.Now);
            if (decided.Value is { } after) await Save(transaction, visit, after, action);
            return decided;
        }, stop);
    }

    /// <summary>Whether the caller is a clinician and the visit is somebody else's; leaves the row that says so.</summary>
    public static bool IsAnothers(Transaction transaction, Visit visit, string action)
    {
        var caller = transaction.Caller;
        if (caller.Role != Who.Clinician || visit.Participants.Any(one => one.Staff?.ToString() == caller.Actor)) return false;
        transaction.Audit(action, visit.Id.ToString(), Refusals.NotInThisVisit.Code, visit.Patient.ToString());
        return true;
    }

    public static async Task Save(Transaction transaction, Visit before, Visit after, string action)
    {
        if (before == after) return;
        await VisitStore.SaveState(transaction, after);
        transaction.Audit(action, after.Id.ToString(), WireName.Of(after.State), after.Patient.ToString());
        if (VisitRules.IsOver(after) && !VisitRules.IsOver(before))
            await transaction.Emit(EventTypes.VisitEnded, new VisitEnded(after.Id, after.Tenant, after.Call, after.State), ContractsJson.Default.VisitEnded);
    }
}

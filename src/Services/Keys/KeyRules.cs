using FirstRing.Contracts;
using FirstRing.Platform.Http;
using FirstRing.Platform.Sealing;

namespace FirstRing.Keys;

/// <summary>Who may administer a clinic's keys, and how a provider that gives no answer is told.</summary>
internal static class KeyRules
{
    public static readonly Access Keepers = Access.By("web").For(Who.Admin, WireName.Of(StaffRole.Operator));

    public static readonly Refusal NotAllowed = new("not-allowed", "Only an admin of the clinic may do this.", 403);
    public static readonly Refusal NoKeys = new("no-keys", "This clinic has no keys.", 404);
    public static readonly Refusal NothingScheduled = new("nothing-scheduled", "No destruction is waiting that could be cancelled.", 409);
    public static readonly Refusal Destroyed = new("keys-destroyed", "The keys of this clinic were destroyed.", 410);
    public static readonly Refusal Unavailable = new("keys-unavailable", "The key provider gives no answer. Try again in a moment.", 503);
    public static readonly Refusal Mismatch = new("idempotency-mismatch", "This key was used for another request.", 422);

    /// <summary>The caller in that tenant; null where they may not.</summary>
    public static Caller? Keeper(Caller caller, TenantId tenant) =>
        caller.Role == WireName.Of(StaffRole.Operator) || caller.Role == WireName.Of(StaffRole.Admin) ? caller.Within(tenant.ToString()) : null;

    /// <summary>The provider's failures as refusals.</summary>
    public static async Task<Answer<T>> OrRefused<T>(Func<Task<Answer<T>>> work)
    {
        try { return await work(); }
        catch (KeysDestroyed) { return Destroyed; }
        catch (KeysUnavailable) { return Unavailable; }
    }
}

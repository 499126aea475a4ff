using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Identity.Factors;
using FirstRing.Identity.Logins;
using FirstRing.Identity.Tenants;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Storage;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Identity.InviteStaff;

namespace FirstRing.Identity.Staff;

/// <summary>Makes invitations: for a new member, and for one whose password or factors are lost. The same request under the same key is one.</summary>
internal static class InviteStaff
{
    public static void Map(ContractRoutes routes)
    {
        routes.Verb<Request, Answer<Invited>>("invite-staff", Access.By("web").For(Who.Admin), Handle);
        routes.Verb<ResetStaff, Answer<Invited>>("reset-staff", Access.By("web").For(Who.Admin), Reset);
    }

    static async Task<Answer<Invited>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (StaffRules.Admin(caller, request.Tenant) is not { } acting) return StaffRules.NotAllowed;
        if (StaffRules.Name(request.Name) is not { } name) return StaffRules.NameWrong;
        if (StaffRules.Email(request.Email) is not { } email) return StaffRules.EmailWrong;
        var emailHash = await services.GetRequiredService<TenantStore>().EmailHash(email, stop);
        var asked = JsonSerializer.Serialize(request, ContractsJson.Default.InviteStaff);
        return await Once(services, acting, $"{request.Tenant}/invite-staff", request.Key, asked, async transaction =>
        {
            if (await StaffStore.IsTaken(transaction, emailHash)) return StaffRules.EmailTaken;
            var member = new StaffMember(new StaffId(NewId.Random()), request.Tenant, request.Role, name);
            await TenantStore.Insert(transaction, member, emailHash, "");
            await StaffAddresses.Keep(transaction, member, email);
            transaction.Audit("invite-staff", member.Id.ToString(), WireName.Of(request.Role));
            return member.Id;
        }, stop);
    }

    static async Task<Answer<Invited>> Reset(ResetStaff request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (StaffRules.Admin(caller, request.Tenant) is not { } acting) return StaffRules.NotAllowed;
        if (caller.Actor == request.Staff.ToString()) return StaffRules.OwnAccount;
        var asked = JsonSerializer.Serialize(request, ContractsJson.Default.ResetStaff);
        return await Once(services, acting, $"{request.Tenant}/reset-staff", request.Key, asked, async transaction =>
        {
            if (await StaffStore.Hold(transaction, request.Tenant, request.Staff) is not { } staff) return Refusals.NoSuchStaff;
            if (staff.State == StaffState.Disabled) return StaffRules.StaffDisabled;
            await StaffStore.SetPassword(transaction, request.Staff, "");
            await FactorStore.RemoveAll(transaction, request.Staff);
            await LoginStore.EndAll(transaction, request.Staff);
            transaction.Audit("reset-staff", request.Staff.ToString());
            await StaffAddresses.Tell(transaction, request.Tenant, request.Staff, SignInChange.Reset);
            return request.Staff;
        }, stop);
    }

    static async Task<Answer<Invited>> Once(IServiceProvider services, Caller acting, string scope, string key, string asked,
        Func<Transaction, Task<Answer<StaffId>>> make, CancellationToken stop)
    {
        var store = services.GetRequiredService<StaffStore>();
        var token = await store.TokenFor($"{scope}\n{key}\n{asked}", stop);
        return await store.Commit<Answer<Invited>>(acting, async transaction =>
        {
            var (earlier, mismatch) = await transaction.Recall(scope, key, asked);
            if (mismatch) return Refusals.Mismatch;
            if (earlier is not null) return new Invited(StaffId.Parse(earlier, null), token, await StaffStore.ExpiryOf(transaction, token));
            var made = await make(transaction);
            if (made.Refused is { } why) return why;
            await transaction.Remember(scope, key, asked, made.Value.ToString()); // the token itself is kept nowhere
            return new Invited(made.Value, token, await StaffStore.Invite(transaction, made.Value, token));
        }, stop);
    }
}

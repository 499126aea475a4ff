using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Identity.Logins;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Identity.Staff;

/// <summary>What an admin sees of the clinic's staff and does with them. What is taken from someone ends their logins.</summary>
internal static class KeepStaff
{
    public static void Map(ContractRoutes routes)
    {
        routes.Verb<ListStaff, Answer<StaffList>>("list-staff", Access.By("web").For(Who.Admin), async (request, caller, services, stop) => StaffRules.Admin(caller, request.Tenant) is null
            ? StaffRules.NotAllowed
            : new StaffList(await services.GetRequiredService<StaffStore>().List(request.Tenant, stop)));
        routes.Verb<ChangeRole, Answer<Done>>("change-role", Access.By("web").For(Who.Admin), (request, caller, services, stop) =>
            ToAnother(request.Tenant, request.Staff, caller, services, (transaction, staff) => ChangeRole(transaction, staff, request.Role), stop));
        routes.Verb<DisableStaff, Answer<Done>>("disable-staff", Access.By("web").For(Who.Admin), (request, caller, services, stop) =>
            ToAnother(request.Tenant, request.Staff, caller, services, (transaction, staff) => Disable(transaction, staff, request.Disabled), stop));
        routes.Verb<ListLogins, Answer<LoginList>>("list-logins", Access.By("web").For(Who.Admin), async (request, caller, services, stop) => StaffRules.Admin(caller, request.Tenant) is null
            ? StaffRules.NotAllowed
            : new LoginList(await services.GetRequiredService<LoginStore>().List(request.Tenant, request.Staff, stop)));
        routes.Verb<EndLogin, Answer<Done>>("end-login", Access.By("web").For(Who.Admin), End);
    }

    static async Task<Answer<Done>> ToAnother(TenantId tenant, StaffId id, Caller caller, IServiceProvider services, Func<Transaction, StaffEntry, Task> work, CancellationToken stop)
    {
        if (StaffRules.Admin(caller, tenant) is not { } acting) return StaffRules.NotAllowed;
        // So that a clinic always keeps an admin who can sign in.
        if (caller.Actor == id.ToString()) return StaffRules.OwnAccount;
        return await services.GetRequiredService<StaffStore>().Commit<Answer<Done>>(acting, async transaction =>
        {
            if (await StaffStore.Hold(transaction, tenant, id) is not { } staff) return Refusals.NoSuchStaff;
            await work(transaction, staff);
            return Done.Yes;
        }, stop);
    }

    static async Task ChangeRole(Transaction transaction, StaffEntry staff, StaffRole role)
    {
        if (staff.Member.Role == role) return;
        await StaffStore.SetRole(transaction, staff.Member.Id, role);
        await LoginStore.EndAll(transaction, staff.Member.Id);
        transaction.Audit("change-role", staff.Member.Id.ToString(), WireName.Of(role));
    }

    static async Task Disable(Transaction transaction, StaffEntry staff, bool disabled)
    {
        if (disabled == (staff.State == StaffState.Disabled)) return;
        await StaffStore.Disable(transaction, staff.Member.Id, disabled);
        await LoginStore.EndAll(transaction, staff.Member.Id);
        transaction.Audit(disabled ? "disable-staff" : "enable-staff", staff.Member.Id.ToString());
    }

    static async Task<Answer<Done>> End(EndLogin request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (StaffRules.Admin(caller, request.Tenant) is not { } acting) return StaffRules.NotAllowed;
        return await services.GetRequiredService<StaffStore>().Commit<Answer<Done>>(acting, async transaction =>
        {
            if (await StaffStore.Hold(transaction, request.Tenant, request.Staff) is null) return Refusals.NoSuchStaff;
            await LoginStore.EndOf(transaction, request.Staff, request.Login);
            transaction.Audit("end-login", request.Login.ToString());
            return Done.Yes;
        }, stop);
    }
}

using System.Text;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Storage;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Identity.GetStaffAddress;

namespace FirstRing.Identity.Staff;

/// <summary>
/// Where members of staff are reached: <c>staff.email</c>, sealed. Signing in looks addresses up by their hash alone; this one is for telling somebody what
/// was changed of their sign-in, and notifications asks for it at each sending, with a row for each time.
/// </summary>
internal static class StaffAddresses
{
    const string Field = "staff.email";

    sealed record Row(byte[]? Email);

    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<StaffAddress>>("get-staff-address", Access.By("notifications").ForItself(), Handle);

    static async Task<Answer<StaffAddress>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (caller.Within(request.Tenant.ToString()) is not { } acting) return Refusals.NoSuchStaff;
        var (tenant, id) = (request.Tenant.ToString(), request.Id.ToString());
        return await services.GetRequiredService<StaffStore>().Commit<Answer<StaffAddress>>(acting, async transaction =>
        {
            if (await transaction.One<Row>("SELECT email AS Email FROM staff WHERE tenant = @tenant AND id = @id", new { tenant, id }) is not { } row) return Refusals.NoSuchStaff;
            transaction.Audit("give-address", id);
            return new StaffAddress(row.Email is { } blob ? new Phi<string>(Encoding.UTF8.GetString(transaction.Open(tenant, Field, id, blob))) : default(Phi<string>?));
        }, stop);
    }

    /// <summary>Keeps the address where there is none yet.</summary>
    public static async Task Keep(Transaction transaction, StaffMember member, string email)
    {
        var (tenant, id) = (member.Tenant.ToString(), member.Id.ToString());
        if (await transaction.One<long>("SELECT COUNT(*) FROM staff WHERE id = @id AND email IS NULL", new { id }) == 0) return;
        var address = transaction.Seal(tenant, Field, id, Encoding.UTF8.GetBytes(email.Trim()));
        await transaction.Execute("UPDATE staff SET email = @address WHERE id = @id", new { id, address });
    }

    /// <summary>Has the member told what was changed, in the transaction that changes it.</summary>
    public static Task Tell(Transaction transaction, TenantId tenant, StaffId staff, SignInChange change) =>
        transaction.Emit(EventTypes.SignInChanged, new SignInChanged(tenant, staff, change, transaction.Now), ContractsJson.Default.SignInChanged);
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Identity.Staff;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Storage;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Identity.OpenClinic;

namespace FirstRing.Identity.Tenants;

/// <summary>A new clinic with an invitation for its first admin, who invites everyone else. Only whoever can read the data folder's operator secret opens one.</summary>
internal static partial class OpenClinic
{
    const int LongestName = 100;

    static readonly Refusal NotOperator = new("not-operator", "This takes the operator's secret of the data folder.", 403);
    static readonly Refusal NameWrong = new("clinic-name-wrong", "A clinic's name has 1 to 100 letters.", 422);
    static readonly Refusal PhoneWrong = new("clinic-phone-wrong", "A telephone number begins with + and the country's code, and has 7 to 15 digits.", 422);
    static readonly Refusal ZoneWrong = new("clinic-zone-wrong", "This is no time zone of the IANA list, as Europe/Berlin is one.", 422);

    static readonly Refusal MajorityWrong = new("majority-age-wrong", "People come of age at 15 to 21 years.", 422);

    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<ClinicOpened>>("open-clinic", Access.By("web").ForSecret(), Handle);

    static async Task<Answer<ClinicOpened>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (!IsOperator(request.Secret, services.GetRequiredService<IdentitySettings>().Operator)) return NotOperator;
        if (request.Name.Trim() is not { Length: > 0 and <= LongestName } name || name.Any(char.IsControl)) return NameWrong;
        if (!Phone().IsMatch(request.Phone)) return PhoneWrong;
        if (!request.Zone.Contains('/', StringComparison.Ordinal) || !TimeZoneInfo.TryFindSystemTimeZoneById(request.Zone, out _)) return ZoneWrong;
        if (request.MajorityAge is < 15 or > 21) return MajorityWrong;
        if (StaffRules.Name(request.AdminName) is not { } adminName) return StaffRules.NameWrong;
        if (StaffRules.Email(request.AdminEmail) is not { } email) return StaffRules.EmailWrong;

        var store = services.GetRequiredService<StaffStore>();
        var emailHash = await services.GetRequiredService<TenantStore>().EmailHash(email, stop);
        // What is remembered of the request is without the secret.
        var (scope, asked) = ("open-clinic", JsonSerializer.Serialize(request with { Secret = "" }, ContractsJson.Default.OpenClinic));
        var token = await store.TokenFor($"{scope}\n{request.Key}\n{asked}", stop);
        // Known before the transaction begins, which makes the clinic's key ready.
        var (before, _) = await store.Commit(Caller.System(caller.Service), transaction => transaction.Recall(scope, request.Key, asked), stop);
        var id = before is null ? new TenantId(NewId.Random()) : TenantId.Parse(before.Split(' ')[0], null);
        return await store.Commit<Answer<ClinicOpened>>(Caller.System(caller.Service, id.ToString()), async transaction =>
        {
            var (earlier, mismatch) = await transaction.Recall(scope, request.Key, asked);
            if (mismatch) return Refusals.Mismatch;
            if (earlier?.Split(' ') is [var knownClinic, var knownAdmin])
            {
                // As long as nobody took the invitation up, asking again makes it good for its whole time again.
                var (opened, invited) = (TenantId.Parse(knownClinic, null), StaffId.Parse(knownAdmin, null));
                if (await StaffStore.Hold(transaction, opened, invited) is not { State: StaffState.Invited }) return StaffRules.EmailTaken;
                return new ClinicOpened(opened, new Invited(invited, token, await StaffStore.Invite(transaction, invited, token)));
            }
            if (await StaffStore.IsTaken(transaction, emailHash)) return StaffRules.EmailTaken;
            var clinic = new Tenant(id, name, request.Phone, request.Zone, Demo: false, request.MajorityAge);
            var admin = new StaffMember(new StaffId(NewId.Random()), clinic.Id, StaffRole.Admin, adminName);
            await TenantStore.Insert(transaction, clinic);
            await TenantStore.Insert(transaction, admin, emailHash, "");
            await StaffAddresses.Keep(transaction, admin, email);
            await transaction.Remember(scope, request.Key, asked, $"{clinic.Id} {admin.Id}");
            transaction.Audit("open-clinic", clinic.Id.ToString());
            return new ClinicOpened(clinic.Id, new Invited(admin.Id, token, await StaffStore.Invite(transaction, admin.Id, token)));
        }, stop);
    }

    static bool IsOperator(string shown, string? secret) =>
        secret is { Length: > 0 } && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(shown)), SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    // ITU-T E.164, with the marks that people set between digits.
    [GeneratedRegex(@"^\+(?:[ .()-]*[0-9]){7,15}$", RegexOptions.CultureInvariant)]
    private static partial Regex Phone();
}

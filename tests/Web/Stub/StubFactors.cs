using FirstRing.Contracts;
using FirstRing.Contracts.Identity;

namespace FirstRing.Tests.Web.Stub;

/// <summary>Second factors, in memory, over the stub clinic's logins. One code is right.</summary>
internal sealed class StubFactors(StubClinic clinic) : IFactorsClient
{
    public const string Code = "123456", Secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    static readonly IReadOnlyList<string> Codes = ["AAAA-BBBB-CCCC-DDDD-EEEE-FFFF", "GGGG-HHHH-IIII-JJJJ-KKKK-LLLL", "MMMM-NNNN-OOOO-PPPP-QQQQ-RRRR"];

    public bool Fresh { get; set; } = true;
    public long? TotpSince { get; set; } = 1_790_000_000_000_000;

    static Task<Answer<T>> Say<T>(Answer<T> answer) => Task.FromResult(answer);
    static readonly Refusal Out = new("not-signed-in", "Sign in first.", 401), Wrong = new("code-wrong", "No.", 403), Anew = new("sign-in-anew", "Sign in again.", 403);

    public Task<Answer<LoginSeen>> LookLogin(LookLogin request, CancellationToken stop) => Say<LoginSeen>(clinic.LoginOf(request.Login) is var (staff, level)
        ? new LoginSeen(default, staff, level, Fresh) : Out);

    public Task<Answer<SignedIn>> GiveCode(GiveCode request, CancellationToken stop) => Say<SignedIn>(
        clinic.LoginOf(request.Login) is not (var staff, LoginLevel.Code) ? Out : request.Code != Code ? Wrong : new SignedIn(clinic.SignedIn(staff), staff));

    public Task<Answer<Factors>> GetFactors(GetFactors request, CancellationToken stop) => Say<Factors>(new Factors(TotpSince, TotpSince is null ? 0 : 7));
    public Task<Answer<TotpBegun>> BeginTotp(BeginTotp request, CancellationToken stop) =>
        Say<TotpBegun>(Fresh ? new TotpBegun(Secret, $"otpauth://totp/Harbour%20Street:Dr%20Lee?secret={Secret}&issuer=Harbour%20Street") : Anew);

    public Task<Answer<FactorKept>> ConfirmTotp(ConfirmTotp request, CancellationToken stop)
    {
        if (request.Code != Code) return Say<FactorKept>(Wrong);
        TotpSince = 1_790_000_000_000_000;
        return Say<FactorKept>(new FactorKept(clinic.SignedIn(clinic.LoginOf(request.Login)!.Value.Staff), Codes));
    }

    public Task<Answer<FactorKept>> MakeRecoveryCodes(MakeRecoveryCodes request, CancellationToken stop) => Say<FactorKept>(Fresh ? new FactorKept(request.Login, Codes) : Anew);

    public Task<Answer<Done>> ChangePassword(ChangePassword request, CancellationToken stop) => Say<Done>(
        request.Present != StubClinic.Password ? new Refusal("present-wrong", "No.", 403) : request.New.Length < 12 ? new Refusal("password-short", "No.", 422) : Done.Yes);

    public Task<Answer<LoginList>> ListOwnLogins(ListOwnLogins request, CancellationToken stop) => Say<LoginList>(new LoginList(clinic.StaffPages.Logins));

    public Task<Answer<Done>> EndOwnLogin(EndOwnLogin request, CancellationToken stop)
    {
        clinic.StaffPages.Did.Add($"end-own {request.Id}");
        return Say<Done>(Done.Yes);
    }
}

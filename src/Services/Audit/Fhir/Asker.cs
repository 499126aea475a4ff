using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Modules;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Audit.Fhir;

/// <summary>Who asks at this door: judged anew with each request, so that whatever ends a token ends it here at once.</summary>
internal sealed record Asker(Caller Caller, TenantId Tenant, AppId App)
{
    const string Bearer = "Bearer ";
    static readonly long Recent = (long)TimeSpan.FromHours(12).TotalMicroseconds;

    /// <param name="letter">What it takes: <c>r</c> to read, <c>s</c> to search.</param>
    public static async Task<(Asker? Asker, Outcome Refused)> Of(HttpContext http, char letter, CancellationToken stop)
    {
        var shown = http.Request.Headers.Authorization.ToString();
        if (!shown.StartsWith(Bearer, StringComparison.Ordinal) || shown.Length == Bearer.Length) return (null, Outcome.NoToken);
        Acting.As(Caller.System("audit"));
        var door = $"https://{http.Request.Host}/";
        var answer = await http.RequestServices.Client<ITokensClient>("audit", "identity").CheckToken(new CheckToken(shown[Bearer.Length..], door), stop);
        if (answer.Value is not { } holder) return (null, Outcome.TokenNotValid);
        if (Judge(holder, door, letter, http.RequestServices.GetRequiredService<TimeProvider>().Microseconds()) is { } refused) return (null, refused);
        // The subject of this issuer, which is nobody else's ever: ids of staff and applications are not given again.
        var caller = new Caller("audit", holder.Tenant.ToString(), holder.Subject, holder.Role is { } role ? WireName.Of(role) : AuditEvents.Application);
        Acting.As(caller);
        return (new Asker(caller, holder.Tenant, holder.App), Outcome.TokenNotValid);
    }

    /// <summary>Why whoever holds this may not; null where they may. <paramref name="now"/> in UTC microseconds.</summary>
    internal static Outcome? Judge(TokenHolder holder, string door, char letter, long now)
    {
        if (holder.Issuer != door || !holder.Audiences.Contains(door.TrimEnd('/') + FhirDoor.At)) return Outcome.ForAnother;
        if (!holder.Scopes.Any(scope => Opens(scope, holder.Role is null ? "system" : "user", letter))) return Outcome.ScopeMissing;
        if (holder.Role is not { } role) return null;
        if (!Who.LogReaders.Contains(WireName.Of(role))) return Outcome.RoleMissing;
        return holder.Methods.Contains("mfa") && holder.SignedInAt is { } at && now - at <= Recent ? null : Outcome.SignInAnew;
    }

    // SMART App Launch 2.2: context/type.letters. Nothing narrower is given, so nothing else is known.
    static bool Opens(string scope, string context, char letter) =>
        scope.Split('/', '.') is [var whose, "AuditEvent" or "*", var letters] && whose == context && letters.Contains(letter);
}
